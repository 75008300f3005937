import { expectRelativeError } from '@prismamba/testing';
import { runInBrowser, whyNoBrowser } from '@prismamba/testing/browser';
import { viteBundle } from '@prismamba/testing/vite-page';
import { describe, expect, it } from 'vitest';
import { height, run, width } from '../testing/gmsr-net.page.js';

type Result = Awaited<ReturnType<typeof run>>;
const reason = whyNoBrowser();
const module = new URL('../testing/gmsr-net.page.ts', import.meta.url);
const input = { wasmPaths: '/wasm/' };

describe.skipIf(reason !== undefined)(`GMSR-Net in a browser${reason ? ` (skipped: ${reason})` : ''}`, () => {
  it.each([
    ['in a Web Worker of an isolated page', { worker: true }],
    [
      'on the main thread of a page without isolation that vite built',
      { isolated: false, bundle: viteBundle },
    ],
  ])('gives the 31 bands that Node gives, %s', async (_, where) => {
    const here = await run({});
    const there = (await runInBrowser({ module, input, ...where })) as Result;
    expect(there.backend).toBe('wasm');
    expect(there.shape).toEqual([1, height, width, 31]);
    expect(there.leaked).toBe(0);
    expect(Math.max(...here.values) - Math.min(...here.values)).toBeGreaterThan(0.01);
    expectRelativeError(there.values, here.values, 1e-6, 'GMSR-Net');
  });
});
