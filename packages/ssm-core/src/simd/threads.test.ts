import { threadSuite } from '@prismamba/testing';
import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-layers'; // registers the gradients of TensorFlow.js' own operators
import { depthwiseSilu } from '../depthwise-silu/depthwise-silu.js';
import { mergeNormGateLinear } from '../merge-norm-gate-linear/merge-norm-gate-linear.js';
import { normLinearSplit } from '../norm-linear-split/norm-linear-split.js';
import { pointwiseGeluResidual } from '../pointwise-gelu-residual/pointwise-gelu-residual.js';

// Two ranges of work a sample or three in all, the last of each shorter than the others.
const [B, H, W, C, D] = [2, 97, 101, 5, 10];
const map = (channels: number) => [B, H, W, channels];

threadSuite({
  normLinearSplit: {
    shapes: [map(C), [C], [C], [2 * D, C]],
    run: (x, gamma, beta, weight) => {
      const [u, z] = normLinearSplit({ x, gamma, beta, weight } as never);
      return tf.mul(u, tf.add(z, 0.5));
    },
  },
  depthwiseSilu: {
    shapes: [map(D), [D, 1, 3, 3], [D]],
    run: (x, weight, bias) => depthwiseSilu({ x, weight, bias } as never),
  },
  mergeNormGateLinear: {
    shapes: [map(D), map(D), [D], [D], [C, D]],
    run: (y, z, gamma, beta, weight) => mergeNormGateLinear({ y, z, gamma, beta, weight } as never),
  },
  pointwiseGeluResidual: {
    shapes: [map(C), map(D), [B, H, W, 1], [B, 1, 1, C], [C, D + 2 * C, 1, 1], [C]],
    run: (x, other, perPixel, perBand, weight, bias) =>
      pointwiseGeluResidual({
        ...{ x, weight, bias },
        branches: [other, { scale: perPixel }, { scale: perBand }],
      } as never),
  },
});
