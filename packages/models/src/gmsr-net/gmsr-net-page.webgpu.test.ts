import { expectRelativeError } from '@prismamba/testing';
import { runInBrowser, whyNoBrowser } from '@prismamba/testing/browser';
import { viteBundle } from '@prismamba/testing/vite-page';
import { describe, expect, it } from 'vitest';
import { height, run, width } from '../testing/gmsr-net.page.js';

type Result = Awaited<ReturnType<typeof run>>;
const reason = whyNoBrowser();

describe.skipIf(reason !== undefined)(`GMSR-Net in a browser${reason ? ` (skipped: ${reason})` : ''}`, () => {
  it.each([
    ['on the main thread of a page that vite built', { bundle: viteBundle }],
    ['in a Web Worker of a page without isolation', { worker: true, isolated: false }],
  ])('gives the same on WebGPU, on a software adapter, %s', async (_, where) => {
    const here = await run({});
    const page = new URL('../testing/gmsr-net-webgpu.page.ts', import.meta.url);
    const there = (await runInBrowser({
      module: page,
      softwareGpu: true,
      timeoutMs: 250_000,
      ...where,
    })) as Result;
    expect(there.backend).toBe('webgpu');
    expect(there.adapter).toMatch(/swiftshader/i);
    expect(there.shape).toEqual([1, height, width, 31]);
    expect(there.leaked).toBe(0);
    expectRelativeError(there.values, here.values, 2e-6, 'GMSR-Net');
  });
});
