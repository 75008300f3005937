import * as tf from '@tensorflow/tfjs-core';
import type { ShortScanArgs } from './short-scan.js';

/**
 * {@link shortScan} out of TensorFlow.js operators, for any backend: a token at a time over all sequences at once.
 * Memory: some [sequences, D, N] a token; callers cut the sequences into pieces.
 */
export function shortScanComposed(args: ShortScanArgs): tf.Tensor2D {
  const { u, step, both, projected, A, bias, skip, length } = args;
  const [tokens, inner] = u.shape;
  const states = A.shape[1];
  const sequences = tokens / length;
  const rank = projected.shape[1] - 2 * states;
  return tf.tidy(() => {
    const z = tf.slice(both, [0, inner], [tokens, inner]);
    const delta = tf.softplus(tf.add(step, bias));
    /** Token t of columns `from` and following, as [sequences, ...shape]. */
    const token = (x: tf.Tensor2D, t: number, from: number, size: number, shape: number[]): tf.Tensor =>
      tf.reshape(
        tf.slice(tf.reshape(x, [sequences, length, x.shape[1]]), [0, t, from], [sequences, 1, size]),
        [sequences, ...shape],
      );
    // From a state of zeros, so that A takes part in the first token too (its gradient is zero there, not missing).
    let h: tf.Tensor = tf.zeros([sequences, inner, states]);
    const outputs: tf.Tensor[] = [];
    for (let t = 0; t < length; t++) {
      const d = token(delta as tf.Tensor2D, t, 0, inner, [inner, 1]); // [S, D, 1]
      const input = token(u, t, 0, inner, [inner, 1]);
      const driven = tf.mul(tf.mul(d, input), token(projected, t, rank, states, [1, states])); // [S, D, N]
      h = tf.add(tf.mul(tf.exp(tf.mul(d, A)), h), driven);
      const seen = tf.sum(tf.mul(h, token(projected, t, rank + states, states, [1, states])), 2); // [S, D]
      outputs.push(tf.expandDims(tf.add(seen, tf.mul(tf.reshape(input, [sequences, inner]), skip)), 1));
    }
    const y = tf.reshape(tf.concat(outputs, 1), [tokens, inner]);
    return tf.mul<tf.Tensor2D>(y, tf.mul(z, tf.sigmoid(z)));
  });
}
