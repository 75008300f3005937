/** What a paired comparison of two models over the same scenes says. */
export interface PairedTest {
  /** Pairs with a difference; equal pairs say nothing and are left out. */
  readonly pairs: number;
  /** Sum of the ranks of the positive differences. */
  readonly statistic: number;
  /** Two-sided p value, exact; 1 where there is no pair. */
  readonly pValue: number;
  /** Matched-pairs rank-biserial correlation, -1 to 1: how one-sided the differences are (Kerby 2014). */
  readonly effect: number;
  readonly medianDifference: number;
}

/** Largest number of pairs for which the distribution is counted out: all sums of doubled ranks. */
const MOST_PAIRS = 1000;

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

/** Ranks from 1 of ascending sizes, doubled so that the mean rank of ties is a whole number. */
function doubledRanks(sizes: readonly number[]): number[] {
  const order = [...sizes.keys()].sort((i, j) => sizes[i]! - sizes[j]!);
  const ranks = new Array<number>(sizes.length);
  for (let from = 0; from < order.length;) {
    let to = from;
    while (to + 1 < order.length && sizes[order[to + 1]!] === sizes[order[from]!]) to += 1;
    for (let k = from; k <= to; k++) ranks[order[k]!] = from + to + 2;
    from = to + 1;
  }
  return ranks;
}

/**
 * Wilcoxon's signed-rank test of paired differences (Wilcoxon 1945), two-sided and exact: under the hypothesis that a
 * difference is as likely positive as negative, every choice of signs is equally likely; the p value is the part of them whose
 * rank sum lies as far from its mean as the one seen. Zero differences are left out, ties share their mean rank.
 *
 * @throws RangeError for a difference that is not finite, and above 1,000 pairs.
 */
export function wilcoxonSignedRank(differences: readonly number[]): PairedTest {
  const bad = differences.findIndex((value) => !Number.isFinite(value));
  if (bad >= 0)
    throw new RangeError(
      `wilcoxonSignedRank: difference ${bad} is ${differences[bad]}, wanted a finite number`,
    );
  const nonZero = differences.filter((value) => value !== 0);
  const pairs = nonZero.length;
  if (pairs > MOST_PAIRS)
    throw new RangeError(`wilcoxonSignedRank: ${pairs} pairs, wanted at most ${MOST_PAIRS}`);
  const medianDifference = differences.length === 0 ? 0 : median(differences);
  if (pairs === 0) return { pairs, statistic: 0, pValue: 1, effect: 0, medianDifference };
  const ranks = doubledRanks(nonZero.map(Math.abs));
  const total = ranks.reduce((a, b) => a + b, 0);
  const positive = ranks.reduce((sum, rank, i) => sum + (nonZero[i]! > 0 ? rank : 0), 0);
  // Probability of each rank sum, one pair after the other.
  let probability = new Float64Array(total + 1);
  probability[0] = 1;
  for (const rank of ranks) {
    const next = new Float64Array(total + 1);
    probability.forEach((p, sum) => {
      if (p === 0) return;
      next[sum]! += p / 2;
      next[sum + rank]! += p / 2;
    });
    probability = next;
  }
  const distance = Math.abs(positive - total / 2);
  const pValue = probability.reduce((p, q, sum) => (Math.abs(sum - total / 2) >= distance ? p + q : p), 0);
  return {
    pairs,
    statistic: positive / 2,
    pValue: Math.min(1, pValue),
    effect: (2 * positive - total) / total,
    medianDifference,
  };
}
