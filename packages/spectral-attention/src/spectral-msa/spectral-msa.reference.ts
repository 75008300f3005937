/** Spectral-wise attention as plain loops in float64: the definition. Tokens are rows of a [n, c] matrix. */
export interface SpectralAttentionReferenceArgs {
  readonly q: ArrayLike<number>;
  readonly k: ArrayLike<number>;
  readonly v: ArrayLike<number>;
  /** One factor a head. */
  readonly rescale: ArrayLike<number>;
  readonly tokens: number;
  readonly channels: number;
}

/** o[t, i] = sum_j softmax_j(rescale <k_i, q_j> / (|k_i| |q_j|)) v[t, j], i and j in one head of width c / heads. */
export function spectralAttentionReference(args: SpectralAttentionReferenceArgs): Float64Array {
  const { q, k, v, rescale, tokens, channels } = args;
  const width = channels / rescale.length;
  const column = (values: ArrayLike<number>, c: number) =>
    Array.from({ length: tokens }, (_, t) => values[t * channels + c]!);
  const dot = (a: number[], b: number[]) => a.reduce((sum, value, t) => sum + value * b[t]!, 0);
  const norm = (a: number[]) => Math.max(Math.sqrt(dot(a, a)), 1e-12);
  const out = new Float64Array(tokens * channels);
  for (let i = 0; i < channels; i++) {
    const head = Math.floor(i / width);
    const ki = column(k, i);
    const scores = Array.from({ length: width }, (_, j) => {
      const qj = column(q, head * width + j);
      return (rescale[head]! * dot(ki, qj)) / (norm(ki) * norm(qj));
    });
    const largest = Math.max(...scores);
    const weights = scores.map((score) => Math.exp(score - largest));
    const total = weights.reduce((sum, value) => sum + value, 0);
    weights.forEach((weight, j) => {
      const vj = column(v, head * width + j);
      for (let t = 0; t < tokens; t++) out[t * channels + i]! += (weight / total) * vj[t]!;
    });
  }
  return out;
}
