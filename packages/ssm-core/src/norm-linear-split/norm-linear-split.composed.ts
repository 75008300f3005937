import * as tf from '@tensorflow/tfjs-core';
import { layerNorm } from '../layer-norm/layer-norm.js';
import type { NormLinearSplitArgs } from './norm-linear-split.js';

/** {@link normLinearSplit} out of TensorFlow.js operators, for any backend. */
export function normLinearSplitComposed(args: Required<NormLinearSplitArgs>): [tf.Tensor4D, tf.Tensor4D] {
  const { x, gamma, beta, weight, epsilon } = args;
  const [batch, height, width, channels] = x.shape;
  const inner = weight.shape[0] / 2;
  return tf.tidy(() => {
    const rows = tf.reshape(layerNorm({ x, gamma, beta, epsilon }), [-1, channels]) as tf.Tensor2D; // [BL, C]
    const both = tf.matMul(rows, weight, false, true); // [BL, 2D]
    const half = (k: 0 | 1): tf.Tensor4D =>
      tf.reshape(tf.slice(both, [0, k * inner], [-1, inner]), [batch, height, width, inner]); // [B, H, W, D]
    return [half(0), half(1)];
  });
}
