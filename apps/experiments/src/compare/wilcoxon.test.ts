import { describe, expect, it } from 'vitest';
import { wilcoxonSignedRank } from './wilcoxon.js';

describe('wilcoxonSignedRank', () => {
  // Two-sided exact p values: 2 * P(W <= w) from the published table of the signed-rank distribution.
  it.each([
    [[1, 2, 3, 4, 5], 15, 2 / 32],
    [[-1, 2, 3, 4, 5], 14, 4 / 32],
    [[-1, -2, 3, 4, 5, 6], 18, 2 * (5 / 64)],
    // n = 10, W = 8: the 5 % limit of the tables
    [[-8, 1.5, 2, 3, 4, 5, 6, 7, 9, 10].map((v) => (v === -8 ? -8 : v)), 47, 2 * (25 / 1024)],
  ])('%j', (differences, statistic, pValue) => {
    const test = wilcoxonSignedRank(differences);
    expect(test.statistic).toBe(statistic);
    expect(test.pValue).toBeCloseTo(pValue, 12);
  });

  it('is symmetric, and its effect is one-sided from -1 to 1', () => {
    const differences = [0.3, -0.1, 0.7, 1.1, -0.2, 0.4];
    const [one, other] = [wilcoxonSignedRank(differences), wilcoxonSignedRank(differences.map((v) => -v))];
    expect(one.pValue).toBeCloseTo(other.pValue, 12);
    expect(one.effect).toBeCloseTo(-other.effect, 12);
    expect(wilcoxonSignedRank([1, 2, 3]).effect).toBe(1);
    expect(wilcoxonSignedRank([-1, -2, -3]).effect).toBe(-1);
  });

  it('equals the count of all signs, with ties', () => {
    const differences = [1, 1, -1, 2, 2, 3, -3, 4];
    const ranks = [2, 2, 2, 4.5, 4.5, 6.5, 6.5, 8];
    const seen = ranks.reduce((sum, rank, i) => sum + (differences[i]! > 0 ? rank : 0), 0);
    let extreme = 0;
    for (let signs = 0; signs < 256; signs++) {
      const sum = ranks.reduce((total, rank, i) => total + ((signs >> i) & 1 ? rank : 0), 0);
      if (Math.abs(sum - 18) >= Math.abs(seen - 18)) extreme += 1;
    }
    expect(wilcoxonSignedRank(differences).pValue).toBeCloseTo(extreme / 256, 12);
  });

  it('leaves equal pairs out; all equal says nothing; refuses NaN', () => {
    expect(wilcoxonSignedRank([0, 0, 1, 2, 3])).toMatchObject({
      pairs: 3,
      pValue: 0.25,
      medianDifference: 1,
    });
    expect(wilcoxonSignedRank([0, 0])).toMatchObject({ pairs: 0, pValue: 1, effect: 0 });
    expect(() => wilcoxonSignedRank([1, Number.NaN])).toThrow('difference 1 is NaN');
  });
});
