import { runInBrowser, whyNoBrowser } from '@prismamba/testing/browser';
import { describe, expect, it } from 'vitest';
import { run } from './testing/synthetic-rgb.page.js';

const reason = whyNoBrowser();

describe.skipIf(reason !== undefined)(
  `data sets in a browser${reason ? ` (skipped: ${reason})` : ''}`,
  () => {
    it('makes a seeded synthetic scene and its NTIRE 2020 Clean RGB with the bits of Node', async () => {
      const module = new URL('./testing/synthetic-rgb.page.ts', import.meta.url);
      const here = await run({ seed: 5 });
      expect([here.cubeValues, here.rgbValues]).toEqual([24 * 20 * 31, 24 * 20 * 3]);
      expect(await runInBrowser({ module, input: { seed: 5 } })).toEqual(here);
      expect((await run({ seed: 6 })).rgb).not.toBe(here.rgb);
    });
  },
);
