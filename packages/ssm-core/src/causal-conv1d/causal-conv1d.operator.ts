import { defineOperator } from '@prismamba/core/operator';
import * as tf from '@tensorflow/tfjs-core';

export interface CausalConv1dArgs {
  /** Sequences, [B, L, D]. */
  readonly x: tf.Tensor3D;
  /** One kernel a channel, official layout [D, 1, K]; the last tap meets the current token. */
  readonly weight: tf.Tensor3D;
  /** [D]; none unless given. */
  readonly bias?: tf.Tensor1D;
}

/**
 * Saved: x and the weights.
 *
 *   dx_s = sum_j w_j dy_{s+K-1-j};   dw_j = sum_t dy_t x_{t-K+1+j};   dbias = sum_t dy_t
 */
export const causalConv1dOperator = /* @__PURE__ */ defineOperator({
  name: 'CausalConv1D',
  inputs: { x: 'required', weight: 'required', bias: 'optional' },
  attributes: {},
  outputs: ['y'],
  kernels: { wasm: '@prismamba/ssm-core/wasm', webgpu: '@prismamba/ssm-core/webgpu' },
  saved: { inputs: ['x', 'weight'] },
  composed,
});

/** As K shifted products. */
function composed({ x, weight, bias }: CausalConv1dArgs): { y: tf.Tensor3D } {
  const [batch, length, channels] = x.shape;
  const kernel = weight.shape[2];
  const y = tf.tidy(() => {
    const padded = tf.pad(x, [
      [0, 0],
      [kernel - 1, 0],
      [0, 0],
    ]);
    let y: tf.Tensor = bias === undefined ? tf.zeros([channels]) : bias;
    for (let j = 0; j < kernel; j++) {
      const shifted = tf.slice(padded, [0, j, 0], [batch, length, channels]); // x[t - K + 1 + j]
      const tap = tf.reshape(tf.slice(weight, [0, 0, j], [channels, 1, 1]), [channels]);
      y = tf.add(y, tf.mul(shifted, tap));
    }
    return y as tf.Tensor3D;
  });
  return { y };
}
