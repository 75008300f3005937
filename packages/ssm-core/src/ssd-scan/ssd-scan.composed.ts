import * as tf from '@tensorflow/tfjs-core';
import type { SsdScanArgs, SsdScanResult } from './ssd-scan.js';

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

/** Lower triangle (j <= i) of ones, [Q, Q]. */
function lowerTriangle(size: number): tf.Tensor2D {
  const values = new Float32Array(size * size);
  for (let i = 0; i < size; i++) values.fill(1, i * size, i * size + i + 1);
  return tf.tensor2d(values, [size, size]);
}

/**
 * {@link ssdScan} out of TensorFlow.js operators (matrix products inside chunks of Q tokens, a carried state between
 * them), for any backend. With c the cumulative sum of A delta inside a chunk:
 *
 *     y_i = sum_{j<=i} (C_i . B_j) exp(c_i - c_j) delta_j x_j + exp(c_i) S_start C_i + D x_i
 *     S_end = exp(c_Q) S_start + sum_j exp(c_Q - c_j) delta_j x_j B_j^T
 *
 * Memory: H Q floats a token inside the chunks, no [L, P, N]. Source: Dao and Gu 2024, section 6.
 */
export function ssdScanComposed(args: SsdScanArgs, chunkSize: number): SsdScanResult {
  const { x, dt, A, B, C, D, dtBias, initialStates, dtSoftplus = false } = args;
  const [batch, length, heads, P] = x.shape;
  const [, , groups, N] = B.shape;
  const Q = Math.min(chunkSize, length);
  const chunks = Math.ceil(length / Q);
  const missing = chunks * Q - length;
  const result = tf.tidy(() => {
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
    const difference = tf.sub(tf.expandDims(cumulative, 4), tf.expandDims(cumulative, 3)); // c_i - c_j
    const mask = lowerTriangle(Q);
    // Above the diagonal the exponent may be large: masked before and after the exponential.
    const decay = tf.mul(tf.exp(tf.mul(difference, mask)), mask); // [B, c, H, Q, Q]
    const scores = tf.matMul(headsC, headsB, false, true); // C_i . B_j
    const within = tf.matMul(tf.mul(scores, decay), drive); // [B, c, H, Q, P]

    const last = tf.slice(cumulative, [0, 0, 0, Q - 1], [batch, chunks, heads, 1]);
    const toEnd = tf.exp(tf.sub(last, cumulative)); // exp(c_Q - c_j)
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
    return [y, state];
  });
  return { y: result[0] as tf.Tensor4D, finalStates: result[1] as tf.Tensor4D };
}
