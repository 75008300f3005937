import { describe, expect, it } from 'vitest';
import type { ModelScores } from '../run/score-table.js';
import { smallestPValue, spreadOf, verdictOf } from './significance.js';

const model = (title: string, psnr: readonly number[]): ModelScores => ({
  model: title,
  title,
  parameters: 1,
  mean: { standard: { PSNR: psnr.reduce((a, b) => a + b, 0) / psnr.length } },
  scenes: psnr.map((value, i) => ({ scene: `s${i}`, seconds: 1, scores: { standard: { PSNR: value } } })),
});
const low = [30, 31, 29, 32, 28, 33];

describe('verdictOf', () => {
  it('a better mean is borne out where every scene agrees, and not by few scenes', () => {
    const high = low.map((v) => v + 1);
    expect(verdictOf([model('a', low), model('b', high)], 'standard', 'PSNR')).toEqual({
      best: 1,
      significant: true,
      pValue: 2 / 64,
    });
    const few = verdictOf([model('a', low.slice(0, 4)), model('b', high.slice(0, 4))], 'standard', 'PSNR');
    expect(few).toMatchObject({ best: 1, significant: false, pValue: 0.125 });
    expect(smallestPValue(4)).toBe(0.125);
    expect(smallestPValue(6)).toBe(2 / 64);
  });
  it('must beat every other model', () => {
    const high = low.map((v) => v + 1);
    const close = high.map((v, i) => v + (i % 2 === 0 ? 0.5 : -0.4));
    expect(
      verdictOf([model('a', low), model('b', high), model('c', close)], 'standard', 'PSNR').significant,
    ).toBe(false);
  });
  it('is corrected for the number of the others', () => {
    const models = [0, 1, 2].map((gain) =>
      model(
        `+${gain}`,
        low.map((v) => v + gain),
      ),
    );
    // Two tests of p = 2 / 64 each: by Holm 4 / 64, above the level.
    expect(verdictOf(models, 'standard', 'PSNR')).toEqual({ best: 2, significant: false, pValue: 4 / 64 });
    expect(smallestPValue(6, 2)).toBe(4 / 64);
  });
  it('says nothing of one model or of NaN', () => {
    expect(verdictOf([model('a', low)], 'standard', 'PSNR')).toMatchObject({
      significant: false,
      pValue: undefined,
    });
    const broken = model('b', [40, 40, 40, 40, 40, Number.NaN]);
    expect(verdictOf([model('a', low), broken], 'standard', 'PSNR').significant).toBe(false);
  });
});

it('spreadOf is the standard deviation over scenes', () => {
  expect(spreadOf([1, 3])).toBeCloseTo(Math.SQRT2, 12);
  expect(spreadOf([1])).toBeUndefined();
});
