import * as tf from '@tensorflow/tfjs-core';

export interface ShortSelectiveScanArgs {
  /** Input and step size (after softplus), [B, L, D]. */
  readonly u: tf.Tensor3D;
  readonly delta: tf.Tensor3D;
  /** Decay rates, [D, N], negative. */
  readonly A: tf.Tensor2D;
  /** Input and output matrices, [B, L, N], shared by all channels. */
  readonly B: tf.Tensor3D;
  readonly C: tf.Tensor3D;
  /** Skip, [D]. */
  readonly D: tf.Tensor1D;
}

/** Token t of [B, L, C] as [B, ...shape]. */
function token(x: tf.Tensor3D, t: number, shape: readonly number[]): tf.Tensor3D {
  const [batch, , channels] = x.shape;
  return tf.reshape(tf.slice(x, [0, t, 0], [batch, 1, channels]), [batch, ...shape] as [
    number,
    number,
    number,
  ]);
}

/**
 * The selective scan of many short sequences (M3SR: four tokens a pixel, one sequence a pixel), a token at a time over
 * all sequences at once:
 *
 *     h_t = exp(delta_t A) h_{t-1} + delta_t u_t B_t;   y_t = h_t . C_t + D u_t
 *
 * Memory: some [B, D, N] a token; callers cut B into pieces.
 *
 * @returns y, [B, L, D].
 */
export function shortSelectiveScan({ u, delta, A, B, C, D }: ShortSelectiveScanArgs): tf.Tensor3D {
  const [, length, inner] = u.shape;
  const states = A.shape[1];
  return tf.tidy(() => {
    let h: tf.Tensor | undefined;
    const outputs: tf.Tensor3D[] = [];
    for (let t = 0; t < length; t++) {
      const step = token(delta, t, [inner, 1]); // [B, D, 1]
      const input = token(u, t, [inner, 1]);
      const driven = tf.mul(tf.mul(step, input), token(B, t, [1, states])); // [B, D, N]
      h = h === undefined ? driven : tf.add(tf.mul(tf.exp(tf.mul(step, A)), h), driven);
      const seen = tf.sum(tf.mul(h, token(C, t, [1, states])), 2); // [B, D]
      const y = tf.add(seen, tf.mul(tf.squeeze(input, [2]), D));
      outputs.push(tf.expandDims(y, 1));
    }
    return tf.concat(outputs, 1);
  });
}
