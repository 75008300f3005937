import * as tf from '@tensorflow/tfjs-core';
import { layerNorm } from '../layer-norm/layer-norm.js';
import type { MergeNormGateLinearArgs } from './merge-norm-gate-linear.js';

/** {@link mergeNormGateLinear} out of TensorFlow.js operators, for any backend. */
export function mergeNormGateLinearComposed(args: Required<MergeNormGateLinearArgs>): tf.Tensor4D {
  const { y, z, gamma, beta, weight, epsilon } = args;
  const [batch, height, width, inner] = y.shape;
  const outputs = weight.shape[0];
  return tf.tidy(() => {
    const gate = tf.mul(z, tf.sigmoid(z)); // [B, H, W, D]
    const gated = tf.mul(layerNorm({ x: y, gamma, beta, epsilon }), gate); // [B, H, W, D]
    const rows = tf.reshape<tf.Rank.R2>(gated, [-1, inner]); // [BL, D]
    return tf.reshape(tf.matMul(rows, weight, false, true), [batch, height, width, outputs]); // [B, H, W, C]
  });
}
