import { expectRelativeError } from '@prismamba/testing';
import { runInBrowser, whyNoBrowser } from '@prismamba/testing/browser';
import { viteBundle } from '@prismamba/testing/vite-page';
import { describe, expect, it } from 'vitest';
import { run } from '../testing/gradients.page.js';

type Result = Awaited<ReturnType<typeof run>>;
const reason = whyNoBrowser();

describe.skipIf(reason !== undefined)(
  `gradients in a browser${reason ? ` (skipped: ${reason})` : ''}`,
  () => {
    it(
      'of GMSR-Net and M3SR on WebGPU, in a Web Worker that vite built, are those of WASM in Node',
      { timeout: 1_800_000 },
      async () => {
        const here = await run();
        const there = (await runInBrowser({
          module: new URL('../testing/gradients-webgpu.page.ts', import.meta.url),
          bundle: viteBundle,
          worker: true,
          softwareGpu: true,
          timeoutMs: 1_700_000,
        })) as Result;
        expect(there.backend).toBe('webgpu');
        expect(there.leaked).toBe(0);
        for (const [key, loss] of Object.entries(here.losses)) {
          expect(Math.abs(there.losses[key]! - loss)).toBeLessThan(1e-5 * loss);
        }
        expect(Object.keys(there.gradients)).toEqual(Object.keys(here.gradients));
        for (const [name, gradient] of Object.entries(here.gradients))
          expectRelativeError(there.gradients[name]!, gradient, 1e-4, name);
      },
    );
  },
);
