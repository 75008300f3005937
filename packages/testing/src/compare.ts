/** Anything that indexes like an array of numbers. */
export type Numbers = ArrayLike<number>;

export interface Tolerance {
  /** Relative part: |a - b| <= atol + rtol * |b|. */
  readonly rtol?: number;
  /** Absolute part. */
  readonly atol?: number;
  /** Named in the message. */
  readonly label?: string;
}

/** NaN equals only NaN, Infinity only the same Infinity. */
function matches(a: number, b: number, rtol: number, atol: number): boolean {
  if (Number.isNaN(a) || Number.isNaN(b)) return Number.isNaN(a) && Number.isNaN(b);
  if (!Number.isFinite(a) || !Number.isFinite(b)) return a === b;
  return Math.abs(a - b) <= atol + rtol * Math.abs(b);
}

function requireSameLength(actual: Numbers, expected: Numbers, label: string): void {
  if (actual.length !== expected.length) {
    throw new Error(`${label}: got ${actual.length} values, wanted ${expected.length}`);
  }
}

/** Throws unless every element matches; the message gives the largest error, its index and both values. */
export function expectClose(actual: Numbers, expected: Numbers, tolerance: Tolerance = {}): void {
  const { rtol = 1e-6, atol = 1e-7, label = 'expectClose' } = tolerance;
  requireSameLength(actual, expected, label);
  let bad = 0;
  let worst = -1;
  let worstError = -1;
  for (let i = 0; i < expected.length; i++) {
    const a = actual[i]!;
    const b = expected[i]!;
    if (matches(a, b, rtol, atol)) continue;
    bad++;
    const error = Number.isFinite(a - b) ? Math.abs(a - b) : Infinity;
    if (error > worstError) {
      worstError = error;
      worst = i;
    }
  }
  if (bad > 0) {
    throw new Error(
      `${label}: ${bad} of ${expected.length} values differ (rtol ${rtol}, atol ${atol}); largest error ` +
        `${worstError} at index ${worst}: got ${actual[worst]}, wanted ${expected[worst]}`,
    );
  }
}

/**
 * max|a - b| / max|b| over a whole tensor, the measure of `golden/README.md`. Non-finite values that do not
 * match give Infinity. `floor` is the smallest denominator allowed (for tensors that are nearly zero).
 */
export function relativeError(actual: Numbers, expected: Numbers, floor = 0): number {
  requireSameLength(actual, expected, 'relativeError');
  let difference = 0;
  let scale = floor;
  for (let i = 0; i < expected.length; i++) {
    const a = actual[i]!;
    const b = expected[i]!;
    if (Number.isFinite(a) && Number.isFinite(b)) {
      difference = Math.max(difference, Math.abs(a - b));
      scale = Math.max(scale, Math.abs(b));
    } else if (!matches(a, b, 0, 0)) return Infinity;
  }
  if (difference === 0) return 0;
  return difference / scale;
}

/** Throws when {@link relativeError} exceeds `limit`. */
export function expectRelativeError(
  actual: Numbers,
  expected: Numbers,
  limit: number,
  label = 'expectRelativeError',
): void {
  const error = relativeError(actual, expected);
  if (!(error <= limit)) {
    throw new Error(
      `${label}: max|a-b|/max|b| = ${error.toExponential(3)}, wanted <= ${limit.toExponential(1)}`,
    );
  }
}
