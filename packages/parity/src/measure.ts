/** One comparison of the parity check. */
export interface ParityMeasure {
  readonly name: string;
  /** max|a - b| / max|b|, unless the name says otherwise; Infinity where one side is not finite or missing. */
  readonly error: number;
  readonly limit: number;
  readonly passed: boolean;
  /** Why the error is what it is, where the number does not say it. */
  readonly note?: string;
}

export function measure(name: string, error: number, limit: number, note?: string): ParityMeasure {
  return { name, error, limit, passed: error <= limit, ...(note === undefined ? {} : { note }) };
}

/** Largest magnitude; NaN or Infinity where one is there. */
export function maxAbs(values: ArrayLike<number>): number {
  let max = 0;
  for (let i = 0; i < values.length; i++) {
    const v = Math.abs(values[i]!);
    if (Number.isNaN(v)) return NaN;
    if (v > max) max = v;
  }
  return max;
}

/** max|a - b| / max(max|b|, floor). */
export function relativeError(actual: ArrayLike<number>, expected: ArrayLike<number>, floor = 0): number {
  if (actual.length !== expected.length) return Infinity;
  let difference = 0;
  for (let i = 0; i < expected.length; i++) {
    const d = Math.abs(actual[i]! - expected[i]!);
    if (!Number.isFinite(d)) return Infinity;
    if (d > difference) difference = d;
  }
  return difference === 0 ? 0 : difference / Math.max(maxAbs(expected), floor);
}

/** The measure that is closest to (or furthest beyond) its own limit. */
export function worst(measures: readonly ParityMeasure[]): ParityMeasure | undefined {
  let result: ParityMeasure | undefined;
  for (const m of measures) {
    if (result === undefined || m.error / m.limit > result.error / result.limit) result = m;
  }
  return result;
}
