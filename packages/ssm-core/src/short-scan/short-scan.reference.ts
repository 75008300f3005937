import { siluReference } from '../linear.reference.js';

/** In float64, row-major: u and step [T][D], both [T][2D], projected [T][R + 2N], A [D][N], bias and skip [D]. */
export interface ShortScanReferenceInputs {
  readonly u: Float64Array;
  readonly step: Float64Array;
  readonly both: Float64Array;
  readonly projected: Float64Array;
  readonly A: Float64Array;
  readonly bias: Float64Array;
  readonly skip: Float64Array;
}

/** L tokens a sequence. */
export interface ShortScanSize {
  readonly length: number;
}

const softplus = (v: number) => (v > 20 ? v : Math.log1p(Math.exp(v)));
const sigmoid = (v: number) => 1 / (1 + Math.exp(-v));

/** Where the values of token t and channel d stand. */
function places({ bias, A, u, projected }: ShortScanReferenceInputs) {
  const D = bias.length;
  const N = A.length / D;
  const tokens = u.length / D;
  const columns = projected.length / tokens;
  return {
    D,
    N,
    tokens,
    z: (t: number, d: number) => t * 2 * D + D + d,
    B: (t: number, n: number) => t * columns + columns - 2 * N + n,
    C: (t: number, n: number) => t * columns + columns - N + n,
  };
}

/** States h_t [T][D][N] and the ungated outputs y'_t = h_t . C_t + skip u_t [T][D]. */
function scan(inputs: ShortScanReferenceInputs, { length }: ShortScanSize) {
  const { u, step, projected, A, bias, skip } = inputs;
  const { D, N, tokens, B, C } = places(inputs);
  const h = new Float64Array(tokens * D * N);
  const ungated = new Float64Array(tokens * D);
  for (let t = 0; t < tokens; t++) {
    for (let d = 0; d < D; d++) {
      const i = t * D + d;
      const delta = softplus(step[i]! + bias[d]!);
      let sum = skip[d]! * u[i]!;
      for (let n = 0; n < N; n++) {
        const before = t % length === 0 ? 0 : h[(i - D) * N + n]!;
        const state = Math.exp(delta * A[d * N + n]!) * before + delta * u[i]! * projected[B(t, n)]!;
        h[i * N + n] = state;
        sum += state * projected[C(t, n)]!;
      }
      ungated[i] = sum;
    }
  }
  return { h, ungated };
}

/**
 * The definition: delta_t = softplus(step_t + bias); h_t = exp(delta_t A) h_{t-1} + delta_t u_t B_t, h = 0 before each
 * sequence; y_t = (h_t . C_t + skip u_t) SiLU(z_t).
 */
export function shortScanReference(inputs: ShortScanReferenceInputs, size: ShortScanSize): Float64Array {
  const { D, z } = places(inputs);
  const { ungated } = scan(inputs, size);
  return ungated.map((y, i) => y * siluReference(inputs.both[z(Math.floor(i / D), i % D)]!)[0]);
}

/**
 * With g_t = dL/dh_t walked from a sequence's last token, y' the ungated output and dy' = dy SiLU(z):
 * g_t = dy'_t C_t + exp(delta_{t+1} A) g_{t+1}; dC_t = sum_d dy'_t h_t; dB_t = sum_d g_t delta_t u_t;
 * du_t = g_t . B_t delta_t + skip dy'_t; ddelta_t = g_t . (A exp(delta_t A) h_{t-1} + u_t B_t);
 * dz_t = dy_t y'_t SiLU'(z_t); dA = sum_t g_t exp(delta_t A) h_{t-1} delta_t; dstep = ddelta sigmoid(step + bias).
 */
export function shortScanReferenceGradient(
  inputs: ShortScanReferenceInputs,
  size: ShortScanSize,
  dy: Float64Array,
): ShortScanReferenceInputs {
  const { u, step, both, projected, A, bias, skip } = inputs;
  const { length } = size;
  const { D, N, tokens, z, B, C } = places(inputs);
  const { h, ungated } = scan(inputs, size);
  const zeros = (like: Float64Array) => new Float64Array(like.length);
  const out = {
    u: zeros(u),
    step: zeros(step),
    both: zeros(both),
    projected: zeros(projected),
    A: zeros(A),
    bias: zeros(bias),
    skip: zeros(skip),
  };
  for (let d = 0; d < D; d++) {
    const g = new Float64Array(N); // dL/dh_t; before a token is added: exp(delta_{t+1} A) g_{t+1}
    for (let t = tokens - 1; t >= 0; t--) {
      if (t % length === length - 1) g.fill(0);
      const i = t * D + d;
      const [gate, slope] = siluReference(both[z(t, d)]!);
      const upstream = dy[i]! * gate;
      out.both[z(t, d)] = dy[i]! * ungated[i]! * slope;
      out.skip[d]! += upstream * u[i]!;
      out.u[i]! += upstream * skip[d]!;
      const raw = step[i]! + bias[d]!;
      const delta = softplus(raw);
      let dDelta = 0;
      for (let n = 0; n < N; n++) {
        out.projected[C(t, n)]! += upstream * h[i * N + n]!;
        g[n]! += upstream * projected[C(t, n)]!;
        const a = A[d * N + n]!;
        const decayed = Math.exp(delta * a) * (t % length === 0 ? 0 : h[(i - D) * N + n]!);
        out.projected[B(t, n)]! += g[n]! * delta * u[i]!;
        out.u[i]! += g[n]! * delta * projected[B(t, n)]!;
        out.A[d * N + n]! += g[n]! * decayed * delta;
        dDelta += g[n]! * (a * decayed + u[i]! * projected[B(t, n)]!);
        g[n]! *= Math.exp(delta * a);
      }
      const dRaw = dDelta * sigmoid(raw);
      out.step[i] = dRaw;
      out.bias[d]! += dRaw;
    }
  }
  return out;
}
