import * as tf from '@tensorflow/tfjs-core';
import { gelu } from '../gelu/gelu.js';
import type { PointwiseGeluResidualArgs } from './pointwise-gelu-residual.js';

/** {@link pointwiseGeluResidual} out of TensorFlow.js operators: one matrix product a branch, no concatenation. */
export function pointwiseGeluResidualComposed(args: PointwiseGeluResidualArgs): tf.Tensor4D {
  const { x, branches, weight, bias } = args;
  const outputs = weight.shape[0];
  return tf.tidy(() => {
    const matrix = tf.reshape<tf.Rank.R2>(weight, [outputs, weight.shape[1]]); // [C, sum C_k]
    let first = 0;
    const products = branches.map((given) => {
      const branch = 'scale' in given ? tf.mul(x, given.scale) : given; // [B, H, W, C_k]
      const channels = branch.shape[3]!;
      const part = tf.slice(matrix, [0, first], [outputs, channels]); // [C, C_k]
      first += channels;
      return tf.matMul(tf.reshape(branch, [-1, channels]), part, false, true); // [BL, C]
    });
    const v = tf.add(
      products.reduce((sum, product) => tf.add(sum, product)),
      bias,
    );
    return tf.add<tf.Tensor4D>(x, tf.reshape(gelu(v), x.shape)); // [B, H, W, C]
  });
}
