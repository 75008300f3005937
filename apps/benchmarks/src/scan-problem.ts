/**
 * One scan for all rivals, with the sizes of GMSR-Net's last stage: D channels, N = 16 states, one group.
 * Values are drawn from a fixed hash, so that every process times the same numbers.
 */
export interface ScanProblem {
  readonly length: number;
  readonly channels: number;
  readonly states: number;
  /** [D, L] input. */
  readonly u: Float32Array;
  /** [D, L] step size before softplus. */
  readonly delta: Float32Array;
  /** [D, N], negative. */
  readonly A: Float32Array;
  /** [N, L]. */
  readonly B: Float32Array;
  /** [N, L]. */
  readonly C: Float32Array;
  /** [D] skip. */
  readonly D: Float32Array;
  /** [D] added to delta. */
  readonly deltaBias: Float32Array;
}

function numbers(count: number, seed: number, scale: number, offset = 0): Float32Array {
  const out = new Float32Array(count);
  let state = (seed * 2654435761) >>> 0;
  for (let i = 0; i < count; i++) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    out[i] = offset + scale * (state / 2147483648 - 1);
  }
  return out;
}

export function scanProblem(length: number, channels = 62, states = 16): ScanProblem {
  const A = new Float32Array(channels * states);
  for (let i = 0; i < A.length; i++) A[i] = -(1 + (i % states));
  return {
    length,
    channels,
    states,
    u: numbers(channels * length, 1, 1),
    delta: numbers(channels * length, 2, 0.5),
    A,
    B: numbers(states * length, 3, 1),
    C: numbers(states * length, 4, 1),
    D: numbers(channels, 5, 1),
    deltaBias: numbers(channels, 6, 1, -3),
  };
}

/** Units of `ns`: one token x one channel x 16 states. */
export function units(problem: ScanProblem): number {
  return (problem.length * problem.channels * problem.states) / 16;
}

/** The definition in float64: y[d, t] = sum_n h[n] C[n, t] + D[d] u[d, t]. */
export function scanReference(problem: ScanProblem): Float64Array {
  const { length, channels, states, u, delta, A, B, C, D, deltaBias } = problem;
  const y = new Float64Array(channels * length);
  const h = new Float64Array(states);
  for (let d = 0; d < channels; d++) {
    h.fill(0);
    for (let t = 0; t < length; t++) {
      const step = Math.log1p(Math.exp(delta[d * length + t]! + deltaBias[d]!));
      const x = u[d * length + t]!;
      let sum = 0;
      for (let n = 0; n < states; n++) {
        h[n] = Math.exp(step * A[d * states + n]!) * h[n]! + step * x * B[n * length + t]!;
        sum += h[n]! * C[n * length + t]!;
      }
      y[d * length + t] = sum + D[d]! * x;
    }
  }
  return y;
}

/** max|a - b| / max|b|; max|a| where all of b is zero */
export function worstError(actual: ArrayLike<number>, reference: Float64Array): number {
  let difference = 0;
  let scale = 0;
  for (let i = 0; i < reference.length; i++) {
    difference = Math.max(difference, Math.abs(actual[i]! - reference[i]!));
    scale = Math.max(scale, Math.abs(reference[i]!));
  }
  return scale === 0 ? difference : difference / scale;
}
