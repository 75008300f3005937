import * as tf from '@tensorflow/tfjs-core';
import type { CausalConv1dArgs } from './causal-conv1d.js';

/** {@link causalConv1d} as K shifted products, out of TensorFlow.js operators. */
export function causalConv1dComposed({ x, weight, bias }: CausalConv1dArgs): tf.Tensor3D {
  const [batch, length, channels] = x.shape;
  const kernel = weight.shape[2];
  return tf.tidy(() => {
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
}
