export interface CausalConv1dSize {
  readonly batch: number;
  readonly length: number;
  readonly channels: number;
  readonly kernel: number;
}

/** The definition: y[b,t,d] = bias[d] + sum_j weight[d,j] x[b, t-K+1+j, d], zeros before the start. */
export function causalConv1dReference(
  x: Float64Array,
  weight: Float64Array,
  bias: Float64Array,
  { batch, length, channels, kernel }: CausalConv1dSize,
): Float64Array {
  const y = new Float64Array(x.length);
  for (let b = 0; b < batch; b++) {
    for (let t = 0; t < length; t++) {
      for (let d = 0; d < channels; d++) {
        let sum = bias[d]!;
        for (let j = 0; j < kernel; j++) {
          const s = t - kernel + 1 + j;
          if (s >= 0) sum += weight[d * kernel + j]! * x[(b * length + s) * channels + d]!;
        }
        y[(b * length + t) * channels + d] = sum;
      }
    }
  }
  return y;
}

/** dx[s] = sum_j w[j] dy[s+K-1-j]; dw[j] = sum_t dy[t] x[t-K+1+j]; dbias = sum_t dy[t]. */
export function causalConv1dReferenceGradient(
  x: Float64Array,
  weight: Float64Array,
  dy: Float64Array,
  { batch, length, channels, kernel }: CausalConv1dSize,
): { dx: Float64Array; dWeight: Float64Array; dBias: Float64Array } {
  const dx = new Float64Array(x.length);
  const dWeight = new Float64Array(weight.length);
  const dBias = new Float64Array(channels);
  for (let b = 0; b < batch; b++) {
    for (let t = 0; t < length; t++) {
      for (let d = 0; d < channels; d++) {
        const g = dy[(b * length + t) * channels + d]!;
        dBias[d]! += g;
        for (let j = 0; j < kernel; j++) {
          const s = t - kernel + 1 + j;
          if (s < 0) continue;
          dWeight[d * kernel + j]! += g * x[(b * length + s) * channels + d]!;
          dx[(b * length + s) * channels + d]! += g * weight[d * kernel + j]!;
        }
      }
    }
  }
  return { dx, dWeight, dBias };
}
