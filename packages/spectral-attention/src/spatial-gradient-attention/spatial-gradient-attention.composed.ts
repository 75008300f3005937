import * as tf from '@tensorflow/tfjs-core';
import { globalMax, globalMin, maxAlongLastAxis } from '../extrema.js';
import type { SpatialGradientAttentionArgs } from './spatial-gradient-attention.js';

/** Forward difference along `axis`, the missing last slice reflected: the one at index size - 3. */
export function reflectedDifference(x: tf.Tensor4D, axis: 1 | 2): tf.Tensor4D {
  const size = x.shape[axis];
  const part = (source: tf.Tensor4D, start: number, length: number): tf.Tensor4D => {
    const begin = [0, 0, 0, 0] as [number, number, number, number];
    const count = [...source.shape] as [number, number, number, number];
    begin[axis] = start;
    count[axis] = length;
    return tf.slice(source, begin, count);
  };
  const difference = tf.sub<tf.Tensor4D>(part(x, 1, size - 1), part(x, 0, size - 1));
  return tf.concat([difference, part(difference, size - 3, 1)], axis);
}

/** The attention map a of {@link spatialGradientAttentionComposed}, [B, H, W, 1]. */
export function spatialAttentionMapComposed(args: Required<SpatialGradientAttentionArgs>): tf.Tensor4D {
  const { x, weight, variant } = args;
  const t = tf.concat([reflectedDifference(x, 2), reflectedDifference(x, 1)], 3); // [B, H, W, 2C]
  const low = globalMin(t);
  // n = (t - min t) / (max t - min t)
  const n = tf.div(tf.sub(t, low), tf.sub(globalMax(t), low)); // [B, H, W, 2C]
  const maps = [tf.mean(n, 3), maxAlongLastAxis(n)]; // each [B, H, W]
  if (variant === 'paper') maps.reverse();
  const stacked = tf.stack(maps, 3) as tf.Tensor4D; // [B, H, W, 2]
  const filter = tf.transpose(weight, [2, 3, 1, 0]); // [K, K, 2, 1]
  return tf.sigmoid(tf.conv2d(stacked, filter, 1, 'same')); // [B, H, W, 1]
}

/** Spatial gradient attention out of TensorFlow.js operators: for any backend, and the check of the fused kernel. */
export function spatialGradientAttentionComposed(args: Required<SpatialGradientAttentionArgs>): tf.Tensor4D {
  return tf.tidy(() => tf.mul(args.x, spatialAttentionMapComposed(args)));
}
