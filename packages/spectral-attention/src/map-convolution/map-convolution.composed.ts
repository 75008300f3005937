import * as tf from '@tensorflow/tfjs-core';
import type { MapConvolutionArgs } from './map-convolution.js';

/** {@link mapConvolution} out of TensorFlow.js operators, for any backend. */
export function mapConvolutionComposed({ maps, weight }: MapConvolutionArgs): tf.Tensor4D {
  return tf.tidy(() => tf.conv2d(maps, tf.transpose(weight, [2, 3, 1, 0]), 1, 'same')); // [B, H, W, 1]
}
