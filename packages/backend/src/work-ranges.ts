/** A half-open range of rows, tokens or other independent items. */
export interface WorkRange {
  readonly first: number;
  readonly end: number;
}

/**
 * Cuts `count` items into ranges of `size` (a whole number of at least 1), the last one smaller where it does not divide.
 * The cut depends on nothing else, so that results do not depend on threads.
 */
export function cutRanges(count: number, size: number): WorkRange[] {
  const ranges: WorkRange[] = [];
  for (let first = 0; first < count; first += size)
    ranges.push({ first, end: Math.min(count, first + size) });
  return ranges;
}

/**
 * Tokens of one range of work: one patch of 32 x 32, so that a batch of eight small patches is eight ranges to share, and
 * still many times the cost of handing it over.
 */
export const TOKENS_PER_RANGE = 1024;
