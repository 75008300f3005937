import type { Cube } from './cube.js';

/** Per-band sums over the counted pixels, in float64; each array has one value a band. */
export interface BandStatistics {
  /** Number of counted pixels. */
  readonly count: number;
  /** Largest true value; NaN if a true value is. */
  readonly maximum: Float64Array;
  /** Mean of the truth. */
  readonly mean: Float64Array;
  /** Mean squared error. */
  readonly mse: Float64Array;
}

/** One pass over both cubes; the caller has checked them. All NaN when `mask` leaves out every pixel. */
export function bandStatistics(truth: Cube, reconstruction: Cube, mask?: Uint8Array): BandStatistics {
  const { bands } = truth;
  const pixels = truth.height * truth.width;
  const maximum = new Float64Array(bands).fill(-Infinity);
  const mean = new Float64Array(bands);
  const mse = new Float64Array(bands);
  let count = 0;
  for (let p = 0; p < pixels; p++) {
    if (mask !== undefined && mask[p] === 0) continue;
    count++;
    for (let b = 0; b < bands; b++) {
      const y = truth.data[p * bands + b]!;
      const e = y - reconstruction.data[p * bands + b]!;
      maximum[b] = Math.max(maximum[b]!, y);
      mean[b]! += y;
      mse[b]! += e * e;
    }
  }
  for (let b = 0; b < bands; b++) {
    if (count === 0) maximum[b] = NaN;
    mean[b]! /= count;
    mse[b]! /= count;
  }
  return { count, maximum, mean, mse };
}
