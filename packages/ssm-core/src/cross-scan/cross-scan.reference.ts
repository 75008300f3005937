import { pixelOfToken } from './scan-directions.js';

export interface CrossScanSize {
  readonly batch: number;
  readonly height: number;
  readonly width: number;
  readonly channels: number;
  /** Direction numbers, see `scan-directions.ts`. */
  readonly directions: readonly number[];
}

/** The definition: y[b, k, t, c] = x[b, pixel(k, t), c]. Its transpose is {@link crossMergeReference}. */
export function crossScanReference(x: Float64Array, size: CrossScanSize): Float64Array {
  const { batch, height, width, channels, directions } = size;
  const length = height * width;
  const y = new Float64Array(batch * directions.length * length * channels);
  let o = 0;
  for (let b = 0; b < batch; b++) {
    for (const k of directions) {
      for (let t = 0; t < length; t++) {
        const from = (b * length + pixelOfToken(k, t, height, width)) * channels;
        for (let c = 0; c < channels; c++) y[o++] = x[from + c]!;
      }
    }
  }
  return y;
}

/** The definition: x[b, p, c] = sum over k of y[b, k, t, c] with pixel(k, t) = p. */
export function crossMergeReference(y: Float64Array, size: CrossScanSize): Float64Array {
  const { batch, height, width, channels, directions } = size;
  const length = height * width;
  const x = new Float64Array(batch * length * channels);
  let i = 0;
  for (let b = 0; b < batch; b++) {
    for (const k of directions) {
      for (let t = 0; t < length; t++) {
        const to = (b * length + pixelOfToken(k, t, height, width)) * channels;
        for (let c = 0; c < channels; c++) x[to + c]! += y[i++]!;
      }
    }
  }
  return x;
}
