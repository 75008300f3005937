/** Sizes: H heads of P channels, G groups of H/G heads that share B and C, N states. */
export interface SsdScanSize {
  readonly batch: number;
  readonly length: number;
  readonly heads: number;
  readonly headDim: number;
  readonly groups: number;
  readonly states: number;
}

/** All in float64 and row-major; `D` is [H, P]. Missing ones are zero (`dtBias`, `D`, `initialStates`). */
export interface SsdScanReferenceInputs {
  readonly x: Float64Array; // [B, L, H, P]
  readonly dt: Float64Array; // [B, L, H]
  readonly A: Float64Array; // [H]
  readonly B: Float64Array; // [B, L, G, N]
  readonly C: Float64Array; // [B, L, G, N]
  readonly D?: Float64Array; // [H, P]
  readonly dtBias?: Float64Array; // [H]
  readonly initialStates?: Float64Array; // [B, H, P, N]
  readonly dtSoftplus?: boolean;
}

export interface SsdScanReferenceResult {
  readonly y: Float64Array; // [B, L, H, P]
  readonly finalStates: Float64Array; // [B, H, P, N]
}

const softplus = (v: number) => (v > 20 ? v : Math.log1p(Math.exp(v)));
const softplusSlope = (v: number) => (v > 20 ? 1 : 1 / (1 + Math.exp(-v)));

/**
 * The definition, one step a token: delta = softplus(dt + bias); S_t = exp(A delta_t) S_{t-1} + delta_t x_t B_t^T;
 * y_t = S_t C_t + D x_t.
 */
export function ssdScanReference(inputs: SsdScanReferenceInputs, size: SsdScanSize): SsdScanReferenceResult {
  const { x, dt, A, B, C, D, dtBias, initialStates, dtSoftplus = false } = inputs;
  const { batch, length, heads, headDim: P, groups, states: N } = size;
  const y = new Float64Array(x.length);
  const finalStates = new Float64Array(batch * heads * P * N);
  for (let b = 0; b < batch; b++) {
    for (let h = 0; h < heads; h++) {
      const g = Math.floor((h * groups) / heads);
      const at = (b * heads + h) * P * N;
      const S = finalStates.subarray(at, at + P * N);
      if (initialStates !== undefined) S.set(initialStates.subarray(at, at + P * N));
      for (let t = 0; t < length; t++) {
        const raw = dt[(b * length + t) * heads + h]! + (dtBias?.[h] ?? 0);
        const delta = dtSoftplus ? softplus(raw) : raw;
        const decay = Math.exp(A[h]! * delta);
        const bc = ((b * length + t) * groups + g) * N;
        const xp = ((b * length + t) * heads + h) * P;
        for (let p = 0; p < P; p++) {
          let sum = (D?.[h * P + p] ?? 0) * x[xp + p]!;
          for (let n = 0; n < N; n++) {
            S[p * N + n] = decay * S[p * N + n]! + delta * x[xp + p]! * B[bc + n]!;
            sum += S[p * N + n]! * C[bc + n]!;
          }
          y[xp + p] = sum;
        }
      }
    }
  }
  return { y, finalStates };
}

export interface SsdScanReferenceGradients {
  readonly x: Float64Array;
  readonly dt: Float64Array;
  readonly A: Float64Array;
  readonly B: Float64Array;
  readonly C: Float64Array;
  readonly D: Float64Array;
  readonly dtBias: Float64Array;
  readonly initialStates: Float64Array;
}

/** The gradient of every input, by walking back over the stored states. */
export function ssdScanReferenceGradient(
  inputs: SsdScanReferenceInputs,
  size: SsdScanSize,
  dy: Float64Array,
  dFinal: Float64Array,
): SsdScanReferenceGradients {
  const { x, dt, A, B, C, D, dtBias, initialStates, dtSoftplus = false } = inputs;
  const { batch, length, heads, headDim: P, groups, states: N } = size;
  const out = {
    x: new Float64Array(x.length),
    dt: new Float64Array(dt.length),
    A: new Float64Array(heads),
    B: new Float64Array(B.length),
    C: new Float64Array(C.length),
    D: new Float64Array(heads * P),
    dtBias: new Float64Array(heads),
    initialStates: new Float64Array(batch * heads * P * N),
  };
  const trail = new Float64Array((length + 1) * P * N);
  for (let b = 0; b < batch; b++) {
    for (let h = 0; h < heads; h++) {
      const g = Math.floor((h * groups) / heads);
      const at = (b * heads + h) * P * N;
      trail.fill(0, 0, P * N);
      if (initialStates !== undefined) trail.set(initialStates.subarray(at, at + P * N));
      const token = (t: number) => {
        const i = (b * length + t) * heads + h;
        const raw = dt[i]! + (dtBias?.[h] ?? 0);
        const delta = dtSoftplus ? softplus(raw) : raw;
        return {
          i,
          raw,
          delta,
          decay: Math.exp(A[h]! * delta),
          bc: ((b * length + t) * groups + g) * N,
          xp: i * P,
        };
      };
      for (let t = 0; t < length; t++) {
        const { delta, decay, bc, xp } = token(t);
        for (let p = 0; p < P; p++) {
          for (let n = 0; n < N; n++) {
            const i = t * P * N + p * N + n;
            trail[i + P * N] = decay * trail[i]! + delta * x[xp + p]! * B[bc + n]!;
          }
        }
      }
      const dS = Float64Array.from(dFinal.subarray(at, at + P * N)); // dL/dS_t, carried back
      for (let t = length - 1; t >= 0; t--) {
        const { i, raw, delta, decay, bc, xp } = token(t);
        let dDelta = 0;
        for (let p = 0; p < P; p++) {
          const gy = dy[xp + p]!;
          out.D[h * P + p]! += gy * x[xp + p]!;
          let dx = (D?.[h * P + p] ?? 0) * gy;
          for (let n = 0; n < N; n++) {
            const k = p * N + n;
            const before = trail[t * P * N + k]!;
            out.C[bc + n]! += gy * trail[(t + 1) * P * N + k]!; // dC_t = S_t^T dy_t
            dS[k]! += gy * C[bc + n]!; // dS_t += dy_t C_t^T
            dx += delta * dS[k]! * B[bc + n]!; // dx_t = delta_t dS_t B_t + D dy_t
            out.B[bc + n]! += delta * x[xp + p]! * dS[k]!; // dB_t = delta_t dS_t^T x_t
            const dDecay = dS[k]! * before * decay; // d exp(A delta) times its argument's derivative
            dDelta += dDecay * A[h]! + dS[k]! * x[xp + p]! * B[bc + n]!;
            out.A[h]! += dDecay * delta;
            dS[k] = dS[k]! * decay; // dS_{t-1} = exp(A delta_t) dS_t
          }
          out.x[xp + p] = dx;
        }
        const dRaw = dtSoftplus ? dDelta * softplusSlope(raw) : dDelta;
        out.dt[i] = dRaw;
        out.dtBias[h]! += dRaw;
      }
      out.initialStates.set(dS, at);
    }
  }
  return out;
}
