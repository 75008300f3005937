import { threadSuite } from '@prismamba/testing';
import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-layers'; // registers the gradients of TensorFlow.js' own operators
import { gradientStatistics } from './gradient-statistics/gradient-statistics.js';
import { mapConvolution } from './map-convolution/map-convolution.js';

// Several ranges of rows a sample, the last shorter than the others.
const [B, H, W] = [2, 97, 101];

const statistics = (x: tf.Tensor): tf.Tensor => {
  const { maps, pooled } = gradientStatistics(x as tf.Tensor4D);
  return tf.concat([tf.reshape(maps, [-1]), tf.reshape(pooled, [-1])]);
};

threadSuite({
  gradientStatistics: { shapes: [[B, H, W, 7]], run: statistics },
  // Small patches: the batch is what there is to share.
  'gradientStatistics of small patches': { shapes: [[8, 32, 32, 7]], run: statistics },
  mapConvolution: {
    shapes: [
      [B, H, W, 2],
      [1, 2, 7, 7],
    ],
    run: (maps, weight) => mapConvolution({ maps, weight } as never),
  },
});
