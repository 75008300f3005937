import { defineOperator } from '@prismamba/core/operator';
import * as tf from '@tensorflow/tfjs-core';
import { globalMax, globalMin, maxAlongLastAxis } from '../extrema/extrema.js';

/** Added to max - min of the spectral gradients, as in the official code. */
export const SPECTRAL_GRADIENT_EPSILON = 1e-8;

export interface GradientStatisticsInputs {
  /** [B, H, W, C], H and W at least 3, C at least 2. */
  readonly x: tf.Tensor4D;
}

export interface GradientStatistics {
  /** Mean (channel 0) and maximum (channel 1) over the 2C normalised spatial gradients, [B, H, W, 2]. */
  readonly maps: tf.Tensor4D;
  /** Mean (row 0) and maximum (row 1) over the pixels of the normalised spectral gradients, [B, 2, C]. */
  readonly pooled: tf.Tensor3D;
}

/**
 * Saved: x, both results, and of each row the extremes of t and g with sum and maximum of each band. With n = (t - low) / r,
 * r = high - low (+ 1e-8 for g), and dn the gradients of the means and maxima,
 *
 *     dt = dn / r at the elements behind each mean and maximum;
 *     dlow = sum dn (n - 1) / r,  dhigh = -sum dn n / r, shared equally among the elements that tie
 *
 * Where r = 0 (all of t is the same) n = 0 and every gradient is 0: r counts as infinite.
 */
export const gradientStatisticsOperator = /* @__PURE__ */ defineOperator({
  name: 'GradientStatistics',
  inputs: { x: 'required' },
  attributes: {},
  outputs: ['maps', 'pooled'],
  kernels: {
    wasm: '@prismamba/spectral-attention/wasm',
    webgpu: '@prismamba/spectral-attention/webgpu',
  },
  saved: { inputs: 'all', outputs: ['maps', 'pooled'], intermediates: ['rows'] },
  composed: ({ x }: GradientStatisticsInputs): GradientStatistics =>
    tf.tidy(() => ({ maps: spatialMaps(x), pooled: pooledGradients(x) })),
});

/** Forward difference along `axis`, the missing last slice reflected: the one at index size - 3. */
function reflectedDifference(x: tf.Tensor4D, axis: 1 | 2): tf.Tensor4D {
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

/** 1 where the range is not 0 (NaN too: it is passed on), else 0; a constant to its gradient. */
function isNotZero(range: tf.Tensor): tf.Scalar {
  const withoutGradient = tf.customGrad((value: tf.Tensor | tf.GradSaveFunc) => ({
    value: tf.cast(tf.notEqual(value as tf.Tensor, 0), 'float32'),
    gradFunc: (dy: tf.Tensor) => tf.zerosLike(dy),
  }));
  return withoutGradient(range) as tf.Scalar;
}

/** Mean and maximum over the normalised spatial gradients, [B, H, W, 2], out of TensorFlow.js operators. */
export function spatialMaps(x: tf.Tensor4D): tf.Tensor4D {
  const t = tf.concat([reflectedDifference(x, 2), reflectedDifference(x, 1)], 3); // [B, H, W, 2C]
  const low = globalMin(t);
  const range = tf.sub(globalMax(t), low);
  const varies = isNotZero(range);
  // n = (t - min t) / (max t - min t)
  const n = tf.div(tf.sub(t, low), tf.add(range, tf.sub(1, varies))); // [B, H, W, 2C]
  const maps = tf.stack([tf.mean(n, 3), maxAlongLastAxis(n)], 3); // [B, H, W, 2]
  // no change of the values; where all of t is the same, it keeps the gradient 0
  return tf.mul<tf.Tensor4D>(maps, varies);
}

/** Mean and maximum over the pixels of the normalised spectral gradients, [B, 2, C]. */
export function pooledGradients(x: tf.Tensor4D): tf.Tensor3D {
  const [batch, height, width, channels] = x.shape;
  const below = tf.slice(x, [0, 0, 0, 0], [batch, height, width, channels - 1]);
  const g = tf.sub(tf.slice(x, [0, 0, 0, 1], [batch, height, width, channels - 1]), below); // [B, H, W, C-1]
  const low = globalMin(g);
  // n = (g - min g) / (max g - min g + 1e-8)
  const n = tf.div(tf.sub(g, low), tf.add(tf.sub(globalMax(g), low), SPECTRAL_GRADIENT_EPSILON));
  const pixelsLast = tf.transpose(tf.reshape(n, [batch, height * width, channels - 1]), [0, 2, 1]); // [B, C-1, HW]
  const pooled = tf.stack([tf.mean(pixelsLast, 2), maxAlongLastAxis(pixelsLast)], 1); // [B, 2, C-1]
  // the last channel is a copy of the one before it
  return tf.concat([pooled, tf.slice(pooled, [0, 0, channels - 2], [batch, 2, 1])], 2) as tf.Tensor3D; // [B, 2, C]
}
