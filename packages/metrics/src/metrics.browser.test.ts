import { runInBrowser, whyNoBrowser } from '@prismamba/testing/browser';
import { describe, expect, it } from 'vitest';
import { protocolNames } from './index.js';
import { run } from './testing/score-cubes.page.js';

const reason = whyNoBrowser();

describe.skipIf(reason !== undefined)(`metrics in a browser${reason ? ` (skipped: ${reason})` : ''}`, () => {
  // Delta E 2000 takes powers and exponentials, whose last bit ECMAScript leaves to the engine.
  it('scores two cubes under every protocol with the bits of Node, Delta E 2000 within 1e-13', async () => {
    const module = new URL('./testing/score-cubes.page.ts', import.meta.url);
    const inBrowser = (await runInBrowser({ module })) as ReturnType<typeof run>;
    const here = run();
    expect(here.mse).toBeGreaterThan(0);
    expect(Object.keys(here.scores)).toEqual([...protocolNames]);
    expect(inBrowser.mse).toBe(here.mse);
    expect(here.dissimilarity).toBeGreaterThan(0);
    expect(inBrowser.dissimilarity).toBe(here.dissimilarity);
    expect(Object.keys(inBrowser.scores)).toEqual(Object.keys(here.scores));
    for (const [protocol, scores] of Object.entries(here.scores)) {
      const theirs = inBrowser.scores[protocol]!;
      expect(Object.keys(theirs)).toEqual(Object.keys(scores));
      expect(Object.keys(scores).length).toBeGreaterThan(0);
      for (const [column, score] of Object.entries(scores)) {
        expect(score, `${protocol} ${column}`).toBeGreaterThan(0);
        if (!column.startsWith('DeltaE')) expect(theirs[column], `${protocol} ${column}`).toBe(score);
        else expect(Math.abs(theirs[column]! / score - 1), `${protocol} ${column}`).toBeLessThan(1e-13);
      }
    }
  });
});
