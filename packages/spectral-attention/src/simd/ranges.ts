/** A half-open range of rows, tokens or other independent items. */
export type Range = readonly [first: number, end: number];

/** Cuts `count` items into ranges of `size`. The cut depends on nothing else, so results do not depend on threads. */
export function cutRanges(count: number, size: number): Range[] {
  const ranges: Range[] = [];
  for (let first = 0; first < count; first += size) ranges.push([first, Math.min(count, first + size)]);
  return ranges;
}

/** Tokens of one range of work: large enough to hide a dispatch, small enough to share among threads. */
export const TOKENS_PER_RANGE = 8192;
