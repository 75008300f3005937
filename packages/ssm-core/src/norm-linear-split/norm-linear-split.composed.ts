import * as tf from '@tensorflow/tfjs-core';
import { layerNorm } from '../layer-norm/layer-norm.js';

export interface NormLinearSplitInputs {
  readonly x: tf.Tensor4D;
  readonly norm: { readonly gamma: tf.Tensor1D; readonly beta: tf.Tensor1D } | undefined;
  readonly weight: tf.Tensor2D;
  readonly epsilon: number;
}

/** {@link normLinearSplit} out of TensorFlow.js operators, for any backend. */
export function normLinearSplitComposed(args: NormLinearSplitInputs): [tf.Tensor4D, tf.Tensor4D] {
  const { x, norm, weight, epsilon } = args;
  const [batch, height, width, channels] = x.shape;
  const inner = weight.shape[0] / 2;
  return tf.tidy(() => {
    const input = norm === undefined ? x : layerNorm({ x, ...norm, epsilon }); // [B, H, W, C]
    const rows = tf.reshape<tf.Rank.R2>(input, [-1, channels]); // [BL, C]
    const both = tf.matMul(rows, weight, false, true); // [BL, 2D]
    const half = (k: 0 | 1): tf.Tensor4D =>
      tf.reshape(tf.slice(both, [0, k * inner], [-1, inner]), [batch, height, width, inner]); // [B, H, W, D]
    return [half(0), half(1)];
  });
}
