/** Rows x [L][K] times weight [N][K] transposed, in float64: y [L][N]. */
export function linearReference(x: Float64Array, weight: Float64Array, K: number): Float64Array {
  const N = weight.length / K;
  const y = new Float64Array((x.length / K) * N);
  for (let i = 0; i < y.length; i++) {
    const [t, n] = [Math.floor(i / N), i % N];
    for (let k = 0; k < K; k++) y[i]! += x[t * K + k]! * weight[n * K + k]!;
  }
  return y;
}

/** dx = dy weight and dweight = dy^T x. */
export function linearReferenceGradient(
  x: Float64Array,
  weight: Float64Array,
  K: number,
  dy: Float64Array,
): { x: Float64Array; weight: Float64Array } {
  const N = weight.length / K;
  const out = { x: new Float64Array(x.length), weight: new Float64Array(weight.length) };
  for (let i = 0; i < dy.length; i++) {
    const [t, n] = [Math.floor(i / N), i % N];
    for (let k = 0; k < K; k++) {
      out.x[t * K + k]! += dy[i]! * weight[n * K + k]!;
      out.weight[n * K + k]! += dy[i]! * x[t * K + k]!;
    }
  }
  return out;
}

/** SiLU v sigmoid(v) and its derivative s + v s (1 - s). */
export function siluReference(v: number): [value: number, slope: number] {
  const s = 1 / (1 + Math.exp(-v));
  return [v * s, s + v * s * (1 - s)];
}
