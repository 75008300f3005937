import { describe, expect, it, vi } from 'vitest';
import { runInBrowser, whyNoBrowser } from './browser-page.js';

const reason = whyNoBrowser();
const module = new URL('./failing.page.ts', import.meta.url);

describe.skipIf(reason !== undefined)(`runInBrowser${reason ? ` (skipped: ${reason})` : ''}`, () => {
  it.each([true, false])('runs on the page and in a worker, isolated: %s', async (isolated) => {
    for (const worker of [true, false]) {
      const input = { how: 'return', value: 'a </script> "line"\n' };
      const result = await runInBrowser({ module, input, worker, isolated });
      expect(result).toEqual({ value: input.value, isolated, worker });
    }
  });

  it('throws what the page throws', async () => {
    const input = { how: 'throw', value: 'the cube is empty' };
    await expect(runInBrowser({ module, input })).rejects.toThrow(
      /in the page: TypeError: the cube is empty/,
    );
  });

  it('gives up after its time limit', async () => {
    const input = { how: 'wait', value: '' };
    await expect(runInBrowser({ module, input, timeoutMs: 1500 })).rejects.toThrow(
      /no result .* after 1.5 s/,
    );
  });
});

it('says which program is missing', async () => {
  vi.stubEnv('PRISMAMBA_CHROMIUM', '/no/such/chromium');
  expect(whyNoBrowser()).toBe('PRISMAMBA_CHROMIUM=/no/such/chromium is not a program');
  await expect(runInBrowser({ module })).rejects.toThrow('/no/such/chromium is not a program');
  vi.unstubAllEnvs();
});
