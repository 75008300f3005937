import { describe, expect, it } from 'vitest';
import { holm, pairedComparison, type Contender } from './paired.js';

const contender = (label: string, values: readonly number[]): Contender => ({
  label,
  scenes: new Map(values.map((value, i) => [`scene ${i}`, value])),
});

describe('holm', () => {
  it('multiplies the k-th smallest by what is left, and never goes down', () => {
    // By hand: 4 x 0.005, 3 x 0.01, 2 x 0.03, then 1 x 0.04 raised to the one before.
    const adjusted = holm([0.01, 0.04, 0.03, 0.005]);
    [0.03, 0.06, 0.06, 0.02].forEach((wanted, i) => expect(adjusted[i]).toBeCloseTo(wanted, 12));
    expect(holm([0.9, 0.8])).toEqual([1, 1]);
    expect(holm([])).toEqual([]);
  });
});

describe('pairedComparison', () => {
  const reference = contender('best', [5, 6, 7, 8, 9]);
  it('subtracts the reference scene by scene', () => {
    const [row, ...others] = pairedComparison(reference, [contender('other', [4, 4, 4, 4, 4.5])]);
    expect(others).toEqual([]);
    expect(row).toMatchObject({
      pairs: 5,
      medianDifference: -3,
      pValue: 2 / 32,
      adjusted: 2 / 32,
      effect: -1,
    });
    expect(row!.differences[1]).toEqual({ scene: 'scene 1', difference: -2 });
  });
  it('corrects only for the tests that were made: a score that is not finite has none', () => {
    const rows = pairedComparison(reference, [
      contender('exact', [Infinity, 6, 7, 8, 9]),
      contender('worse', [4, 4, 4, 4, 4]),
    ]);
    expect(rows[0]).toMatchObject({ pairs: 0, pValue: undefined, adjusted: undefined });
    expect(rows[1]).toMatchObject({ pValue: 2 / 32, adjusted: 2 / 32 });
  });
  it('refuses other scenes', () => {
    for (const other of [
      [1, 2, 3, 4],
      [1, 2, 3, 4, 5, 6],
    ])
      expect(() => pairedComparison(reference, [contender('x', other)])).toThrow(
        "'x' has other scenes than 'best'",
      );
  });
});
