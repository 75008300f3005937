import * as tf from '@tensorflow/tfjs-core';
import { globalMax, globalMin, maxAlongLastAxis } from '../extrema.js';
import { SPECTRAL_GRADIENT_EPSILON } from './gradient-statistics.names.js';

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

/** Mean and maximum over the normalised spatial gradients, [B, H, W, 2], out of TensorFlow.js operators. */
export function spatialMapsComposed(x: tf.Tensor4D): tf.Tensor4D {
  const t = tf.concat([reflectedDifference(x, 2), reflectedDifference(x, 1)], 3); // [B, H, W, 2C]
  const low = globalMin(t);
  // n = (t - min t) / (max t - min t)
  const n = tf.div(tf.sub(t, low), tf.sub(globalMax(t), low)); // [B, H, W, 2C]
  return tf.stack([tf.mean(n, 3), maxAlongLastAxis(n)], 3) as tf.Tensor4D; // [B, H, W, 2]
}

/** Mean and maximum over the pixels of the normalised spectral gradients, [B, 2, C]. */
export function pooledGradientsComposed(x: tf.Tensor4D): tf.Tensor3D {
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

export function gradientStatisticsComposed(x: tf.Tensor4D): [tf.Tensor4D, tf.Tensor3D] {
  return tf.tidy(() => [spatialMapsComposed(x), pooledGradientsComposed(x)]);
}
