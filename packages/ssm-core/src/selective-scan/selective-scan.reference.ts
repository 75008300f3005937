/** B batch, D channels, L tokens, N states, G groups of D/G channels that share B and C. */
export interface SelectiveScanSize {
  readonly batch: number;
  readonly channels: number;
  readonly length: number;
  readonly states: number;
  readonly groups: number;
}

/** All in float64, row-major, in the layouts of {@link selectiveScan}. */
export interface SelectiveScanReferenceInputs {
  readonly u: Float64Array; // [B, D, L]
  readonly delta: Float64Array; // [B, D, L]
  readonly A: Float64Array; // [D, N]
  readonly B: Float64Array; // [B, G, N, L]
  readonly C: Float64Array; // [B, G, N, L]
  readonly D?: Float64Array; // [D]
  readonly z?: Float64Array; // [B, D, L]
  readonly deltaBias?: Float64Array; // [D]
  readonly initialState?: Float64Array; // [B, D, N]
  readonly deltaSoftplus?: boolean;
  readonly reverse?: boolean;
}

export interface SelectiveScanReferenceResult {
  readonly y: Float64Array; // [B, D, L]
  readonly lastState: Float64Array; // [B, D, N]
}

const softplus = (v: number) => (v > 20 ? v : Math.log1p(Math.exp(v)));
const sigmoid = (v: number) => 1 / (1 + Math.exp(-v));

/**
 * The definition, one step a token: delta = softplus(delta + bias); h_t = exp(delta_t A) h_{t-1} + delta_t u_t B_t;
 * y_t = (C_t . h_t + D u_t) SiLU(z_t). `reverse` runs from the last token to the first.
 */
export function selectiveScanReference(
  inputs: SelectiveScanReferenceInputs,
  size: SelectiveScanSize,
): SelectiveScanReferenceResult {
  const { u, delta, A, B, C, D, z, deltaBias, initialState, deltaSoftplus = false, reverse = false } = inputs;
  const { batch, channels, length, states: N, groups } = size;
  const y = new Float64Array(u.length);
  const lastState = new Float64Array(batch * channels * N);
  for (let b = 0; b < batch; b++) {
    for (let d = 0; d < channels; d++) {
      const g = Math.floor((d * groups) / channels);
      const row = (b * channels + d) * length;
      const h = lastState.subarray((b * channels + d) * N, (b * channels + d + 1) * N);
      if (initialState !== undefined)
        h.set(initialState.subarray((b * channels + d) * N, (b * channels + d + 1) * N));
      for (let s = 0; s < length; s++) {
        const t = reverse ? length - 1 - s : s;
        const raw = delta[row + t]! + (deltaBias?.[d] ?? 0);
        const step = deltaSoftplus ? softplus(raw) : raw;
        let sum = (D?.[d] ?? 0) * u[row + t]!;
        for (let n = 0; n < N; n++) {
          const bc = ((b * groups + g) * N + n) * length + t;
          h[n] = Math.exp(step * A[d * N + n]!) * h[n]! + step * u[row + t]! * B[bc]!;
          sum += h[n]! * C[bc]!;
        }
        y[row + t] = z === undefined ? sum : sum * z[row + t]! * sigmoid(z[row + t]!);
      }
    }
  }
  return { y, lastState };
}

export interface SelectiveScanReferenceGradients {
  readonly u: Float64Array;
  readonly delta: Float64Array;
  readonly A: Float64Array;
  readonly B: Float64Array;
  readonly C: Float64Array;
  readonly D: Float64Array;
  readonly z: Float64Array;
  readonly deltaBias: Float64Array;
  readonly initialState: Float64Array;
}

/** The gradient of every input, by walking back over the stored states. */
export function selectiveScanReferenceGradient(
  inputs: SelectiveScanReferenceInputs,
  size: SelectiveScanSize,
  dy: Float64Array,
  dLastState?: Float64Array,
): SelectiveScanReferenceGradients {
  const { u, delta, A, B, C, D, z, deltaBias, initialState, deltaSoftplus = false, reverse = false } = inputs;
  const { batch, channels, length, states: N, groups } = size;
  const out = {
    u: new Float64Array(u.length),
    delta: new Float64Array(delta.length),
    A: new Float64Array(A.length),
    B: new Float64Array(B.length),
    C: new Float64Array(C.length),
    D: new Float64Array(channels),
    z: new Float64Array(u.length),
    deltaBias: new Float64Array(channels),
    initialState: new Float64Array(batch * channels * N),
  };
  const trail = new Float64Array((length + 1) * N);
  for (let b = 0; b < batch; b++) {
    for (let d = 0; d < channels; d++) {
      const g = Math.floor((d * groups) / channels);
      const row = (b * channels + d) * length;
      const at = (b * channels + d) * N;
      const token = (s: number) => {
        const t = reverse ? length - 1 - s : s;
        const raw = delta[row + t]! + (deltaBias?.[d] ?? 0);
        return { t, raw, step: deltaSoftplus ? softplus(raw) : raw };
      };
      const cell = (n: number, t: number) => ((b * groups + g) * N + n) * length + t;
      for (let n = 0; n < N; n++) trail[n] = initialState?.[at + n] ?? 0;
      for (let s = 0; s < length; s++) {
        const { t, step } = token(s);
        for (let n = 0; n < N; n++) {
          trail[(s + 1) * N + n] =
            Math.exp(step * A[d * N + n]!) * trail[s * N + n]! + step * u[row + t]! * B[cell(n, t)]!;
        }
      }
      const dh = new Float64Array(N);
      if (dLastState !== undefined) dh.set(dLastState.subarray(at, at + N));
      for (let s = length - 1; s >= 0; s--) {
        const { t, raw, step } = token(s);
        let gy = dy[row + t]!;
        const x = u[row + t]!;
        if (z !== undefined) {
          const v = z[row + t]!;
          let scan = (D?.[d] ?? 0) * x;
          for (let n = 0; n < N; n++) scan += trail[(s + 1) * N + n]! * C[cell(n, t)]!;
          // d SiLU(v) = sigmoid(v) (1 + v (1 - sigmoid(v)))
          out.z[row + t] = gy * scan * sigmoid(v) * (1 + v * (1 - sigmoid(v)));
          gy *= v * sigmoid(v);
        }
        out.D[d]! += gy * x;
        let dx = (D?.[d] ?? 0) * gy;
        let dStep = 0;
        for (let n = 0; n < N; n++) {
          const bc = cell(n, t);
          const decay = Math.exp(step * A[d * N + n]!);
          out.C[bc]! += gy * trail[(s + 1) * N + n]!; // dC_t = dy_t h_t
          dh[n]! += gy * C[bc]!; // dh_t += dy_t C_t
          out.B[bc]! += dh[n]! * step * x; // dB_t = dh_t delta_t u_t
          dx += dh[n]! * step * B[bc]!; // du_t = dh_t delta_t B_t + D dy_t
          const slope = dh[n]! * decay * trail[s * N + n]!; // d(delta A) = dh_t exp(delta A) h_{t-1}
          dStep += slope * A[d * N + n]! + dh[n]! * x * B[bc]!;
          out.A[d * N + n]! += slope * step;
          dh[n] = dh[n]! * decay; // dh_{t-1} = exp(delta_t A) dh_t
        }
        out.u[row + t] = dx;
        const dRaw = deltaSoftplus && raw <= 20 ? dStep * sigmoid(raw) : dStep;
        out.delta[row + t] = dRaw;
        out.deltaBias[d]! += dRaw;
      }
      out.initialState.set(dh, at);
    }
  }
  return out;
}
