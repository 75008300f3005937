import { wilcoxonSignedRank } from './wilcoxon.js';

/** Scores of a run or of a row, scene by scene. */
export interface Contender {
  readonly label: string;
  readonly scenes: ReadonlyMap<string, number>;
}

export interface PairedRow {
  readonly label: string;
  /** This one minus the reference. */
  readonly differences: readonly { readonly scene: string; readonly difference: number }[];
  /** Scenes with a difference: equal ones say nothing. */
  readonly pairs: number;
  readonly medianDifference: number | undefined;
  /** Wilcoxon's signed-rank test, two-sided, exact; undefined where a score is not finite. */
  readonly pValue: number | undefined;
  /** The same by Holm's step-down correction for as many comparisons as there are rows. */
  readonly adjusted: number | undefined;
  /** Matched-pairs rank-biserial correlation: 1 where every scene has the larger value here, -1 where none has. */
  readonly effect: number | undefined;
}

/**
 * Holm's step-down correction (Holm 1979): the k-th smallest of m p values times m - k + 1, never below the one before it, at most 1.
 */
export function holm(pValues: readonly number[]): number[] {
  const order = [...pValues.keys()].sort((a, b) => pValues[a]! - pValues[b]!);
  const adjusted = new Array<number>(pValues.length);
  let before = 0;
  order.forEach((index, k) => {
    before = Math.max(before, Math.min(1, (pValues.length - k) * pValues[index]!));
    adjusted[index] = before;
  });
  return adjusted;
}

/**
 * Each contender against a reference over the same scenes.
 *
 * @throws RangeError where a contender lacks a scene of the reference, or has one more.
 */
export function pairedComparison(reference: Contender, others: readonly Contender[]): PairedRow[] {
  const tested = others.map(({ label, scenes }) => {
    const differences = [...reference.scenes].map(([scene, value]) => {
      const other = scenes.get(scene);
      if (other === undefined || scenes.size !== reference.scenes.size) {
        throw new RangeError(`pairedComparison: '${label}' has other scenes than '${reference.label}'`);
      }
      return { scene, difference: other - value };
    });
    const values = differences.map(({ difference }) => difference);
    return {
      label,
      differences,
      test: values.every(Number.isFinite) ? wilcoxonSignedRank(values) : undefined,
    };
  });
  const known = tested.flatMap(({ test }, i) => (test === undefined ? [] : [{ i, p: test.pValue }]));
  const adjusted = new Map(holm(known.map(({ p }) => p)).map((p, k) => [known[k]!.i, p]));
  return tested.map(({ label, differences, test }, i) => ({
    label,
    differences,
    pairs: test?.pairs ?? 0,
    medianDifference: test?.medianDifference,
    pValue: test?.pValue,
    adjusted: adjusted.get(i),
    effect: test?.effect,
  }));
}
