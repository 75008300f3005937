import * as tf from '@tensorflow/tfjs-core';
import type { DepthwiseSiluArgs } from './depthwise-silu.js';

/** {@link depthwiseSilu} out of TensorFlow.js operators, for any backend. */
export function depthwiseSiluComposed({ x, weight, bias }: DepthwiseSiluArgs): tf.Tensor4D {
  return tf.tidy(() => {
    const filter = tf.transpose(weight, [2, 3, 0, 1]); // [3, 3, D, 1]
    const v = tf.add(tf.depthwiseConv2d(x, filter, 1, 'same'), bias); // [B, H, W, D]
    return tf.mul<tf.Tensor4D>(v, tf.sigmoid(v));
  });
}
