import { defineOperator } from '@prismamba/core/operator';
import * as tf from '@tensorflow/tfjs-core';

export interface SsdScanInputs {
  /** Input, [B, L, H, P]: H heads of P channels. */
  readonly x: tf.Tensor4D;
  /** Step size of each head before bias and softplus, [B, L, H]. */
  readonly dt: tf.Tensor3D;
  /** One decay rate a head, [H], negative. */
  readonly A: tf.Tensor1D;
  /** Input matrices, [B, L, G, N]; each group serves H/G consecutive heads. */
  readonly B: tf.Tensor4D;
  /** Output matrices, [B, L, G, N]. */
  readonly C: tf.Tensor4D;
  /** Skip, [H, P] or [H, 1]; none unless given. */
  readonly D?: tf.Tensor | undefined;
  /** Added to dt, [H]. */
  readonly dtBias?: tf.Tensor1D | undefined;
  /** State before the first token, [B, H, P, N]; zero unless given. */
  readonly initialStates?: tf.Tensor4D | undefined;
}

export interface SsdScanAttributes {
  /** delta = softplus(dt + dtBias); false unless stated. */
  readonly dtSoftplus: boolean;
  /**
   * Tokens a chunk of the matrix form, which runs where the backend has no kernel; changes rounding and memory, not the
   * result. 64 unless stated.
   */
  readonly chunkSize: number;
}

export interface SsdScanResult {
  /** [B, L, H, P]. */
  readonly y: tf.Tensor4D;
  /** State after the last token, [B, H, P, N]. */
  readonly finalStates: tf.Tensor4D;
}

/**
 * Saved: the inputs and the states at the start of every chunk of 64 tokens but the first, N/64 floats a channel and
 * token. Everything inside a chunk is computed again. With g_t = dL/dS_t, walked from the last token:
 *
 *   g_t = dy_t C_t^T + exp(A delta_{t+1}) g_{t+1};   dC_t = S_t^T dy_t;   dB_t = delta_t x_t^T g_t
 *   dx_t = delta_t g_t B_t + D dy_t;   s_t = exp(A delta_t) <g_t, S_{t-1}>
 *   ddelta_t = <x_t, g_t B_t> + A s_t;   dA = sum_t delta_t s_t;   dD = sum_t dy_t x_t;   ddt = ddelta softplus'
 */
export const ssdScanOperator = /* @__PURE__ */ defineOperator({
  name: 'SSDScan',
  inputs: {
    x: 'required',
    dt: 'required',
    A: 'required',
    B: 'required',
    C: 'required',
    D: 'optional',
    dtBias: 'optional',
    initialStates: 'optional',
  },
  attributes: { dtSoftplus: 'boolean', chunkSize: 'number' },
  outputs: ['y', 'finalStates'],
  kernels: { wasm: '@prismamba/ssm-core/wasm', webgpu: '@prismamba/ssm-core/webgpu' },
  saved: { inputs: 'all', intermediates: ['states'] },
  composed,
});

/** [B, c, Q, G, N] -> [B, c, H, Q, N]: each group's matrix for each of its heads. */
function forHeads(x: tf.Tensor5D, heads: number): tf.Tensor5D {
  const [batch, chunks, length, groups, states] = x.shape;
  const grouped = tf.transpose(x, [0, 1, 3, 2, 4]); // [B, c, G, Q, N]
  if (groups === heads) return grouped;
  const repeated = tf.tile(tf.reshape(grouped, [batch * chunks * groups, 1, length, states]), [
    1,
    heads / groups,
    1,
    1,
  ]);
  return tf.reshape(repeated, [batch, chunks, heads, length, states]);
}

/** Upper triangle (row <= column) of ones, [Q, Q]. */
function upperTriangle(size: number): tf.Tensor2D {
  const values = new Float32Array(size * size);
  for (let i = 0; i < size; i++) values.fill(1, i * size + i, (i + 1) * size);
  return tf.tensor2d(values, [size, size]);
}

/**
 * Matrix products inside chunks of Q tokens, a carried state between them. With c the cumulative sum of A delta inside a chunk:
 *
 *     y_i = sum_{j<=i} (C_i . B_j) exp(c_i - c_j) delta_j x_j + exp(c_i) S_start C_i + D x_i
 *     S_end = exp(c_Q) S_start + sum_j exp(c_Q - c_j) delta_j x_j B_j^T
 *
 * Memory: H Q floats a token inside the chunks, no [L, P, N]. Source: Dao and Gu 2024, section 6.
 */
function composed(
  { x, dt, A, B, C, D, dtBias, initialStates }: SsdScanInputs,
  { dtSoftplus, chunkSize }: SsdScanAttributes,
): SsdScanResult {
  const [batch, length, heads, P] = x.shape;
  const [, , groups, N] = B.shape;
  const Q = Math.min(chunkSize, length);
  const chunks = Math.ceil(length / Q);
  const missing = chunks * Q - length;
  return tf.tidy(() => {
    const raw = dtBias === undefined ? dt : tf.add(dt, dtBias);
    const delta = dtSoftplus ? tf.softplus(raw) : raw; // [B, L, H]
    const padded = (t: tf.Tensor) =>
      missing === 0
        ? t
        : tf.pad(
            t,
            t.shape.map((_, axis): [number, number] => (axis === 1 ? [0, missing] : [0, 0])),
          );
    // Padding has delta = 0: it decays by exp(0) = 1 and adds nothing.
    const step = tf.reshape(padded(delta), [batch, chunks, Q, heads]);
    const stepHeads = tf.transpose(step, [0, 1, 3, 2]); // [B, c, H, Q]
    const input = tf.mul(tf.reshape(padded(x), [batch, chunks, Q, heads, P]), tf.expandDims(step, 4));
    const drive = tf.transpose(input, [0, 1, 3, 2, 4]); // delta x, [B, c, H, Q, P]
    const headsB = forHeads(tf.reshape(padded(B), [batch, chunks, Q, groups, N]), heads); // [B, c, H, Q, N]
    const headsC = forHeads(tf.reshape(padded(C), [batch, chunks, Q, groups, N]), heads);

    const logDecay = tf.mul(stepHeads, tf.reshape(A, [1, 1, heads, 1]));
    const cumulative = tf.cumsum(logDecay, 3); // [B, c, H, Q]
    // c_i - c_j as the sum of what lies between them: large sums have no digits left for their differences. The token j that adds is
    // the row, for the gradient of tf.cumsum is right along the last axis only.
    const mask = upperTriangle(Q); // 1 where j <= i
    const between = tf.mul(tf.expandDims(logDecay, 3), tf.sub(mask, tf.eye(Q))); // a_i where j < i
    const difference = tf.cumsum(between, 4); // [B, c, H, Q, Q], 0 on the diagonal and below
    const decay = tf.mul(tf.exp(difference), mask);
    const scores = tf.matMul(headsB, headsC, false, true); // B_j . C_i
    const within = tf.matMul(tf.mul(scores, decay), drive, true, false); // [B, c, H, Q, P]

    const last = tf.slice(cumulative, [0, 0, 0, Q - 1], [batch, chunks, heads, 1]);
    const toLast = tf.slice(difference, [0, 0, 0, 0, Q - 1], [batch, chunks, heads, Q, 1]);
    const toEnd = tf.exp(tf.reshape(toLast, [batch, chunks, heads, Q])); // exp(c_Q - c_j)
    const added = tf.matMul(tf.mul(drive, tf.expandDims(toEnd, 4)), headsB, true, false); // [B, c, H, P, N]
    const kept = tf.exp(last); // [B, c, H, 1]

    let state: tf.Tensor = initialStates ?? tf.zeros([batch, heads, P, N]);
    const entering: tf.Tensor[] = [];
    for (let k = 0; k < chunks; k++) {
      entering.push(tf.expandDims(state, 1));
      const factor = tf.reshape(tf.slice(kept, [0, k, 0, 0], [batch, 1, heads, 1]), [batch, heads, 1, 1]);
      const gain = tf.reshape(tf.slice(added, [0, k, 0, 0, 0], [batch, 1, heads, P, N]), [
        batch,
        heads,
        P,
        N,
      ]);
      state = tf.add(tf.mul(state, factor), gain);
    }
    const starts = tf.concat(entering, 1); // [B, c, H, P, N]
    const carried = tf.mul(tf.matMul(headsC, starts, false, true), tf.expandDims(tf.exp(cumulative), 4));

    const sequence = tf.reshape(tf.transpose(tf.add(within, carried), [0, 1, 3, 2, 4]), [
      batch,
      chunks * Q,
      heads,
      P,
    ]);
    const cut = missing === 0 ? sequence : tf.slice(sequence, [0, 0, 0, 0], [batch, length, heads, P]);
    const y = D === undefined ? cut : tf.add(cut, tf.mul(x, D));
    return { y: y as tf.Tensor4D, finalStates: state as tf.Tensor4D };
  });
}
