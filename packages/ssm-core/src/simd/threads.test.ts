import { threadSuite, type ThreadedOperator } from '@prismamba/testing';
import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-layers'; // registers the gradients of TensorFlow.js' own operators
import { describe } from 'vitest';
import { ss2d } from '../layers/ss2d/ss2d.js';
import { depthwiseSilu } from '../depthwise-silu/depthwise-silu.js';
import { mergeNormGateLinear } from '../merge-norm-gate-linear/merge-norm-gate-linear.js';
import { normLinearSplit } from '../norm-linear-split/norm-linear-split.js';
import { pointwiseGeluResidual } from '../pointwise-gelu-residual/pointwise-gelu-residual.js';

const [C, D] = [5, 10];

const SS2D_WEIGHTS = [
  ...['x_proj_weight', 'dt_projs_weight', 'dt_projs_bias', 'A_logs', 'Ds', 'in_proj.weight', 'conv2d.weight'],
  ...['conv2d.bias', 'out_norm.weight', 'out_norm.bias', 'out_proj.weight'],
];

function operators(B: number, H: number, W: number): Record<string, ThreadedOperator> {
  const map = (channels: number) => [B, H, W, channels];
  return {
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
          x,
          weight,
          bias,
          branches: [other, { scale: perPixel }, { scale: perBand }],
        } as never),
    },
    // The gate is projected where it is used.
    ss2d: {
      shapes: [
        ...[map(C), [4, 1 + 8, D], [4, D, 1], [4, D], [4 * D, 4], [4 * D], [2 * D, C], [D, 1, 3, 3]],
        ...[[D], [D], [D], [C, D], [C], [C]],
      ],
      run: (x, ...weights) => {
        const named = Object.fromEntries(SS2D_WEIGHTS.map((name, i) => [name, weights[i]]));
        const [weight, bias] = weights.slice(-2);
        return ss2d(x as tf.Tensor4D, named as never, { weight, bias } as never);
      },
    },
  };
}

// Several ranges of work a sample, the last one shorter than the others; and small patches, whose batch is what there is to share.
describe.each([
  [2, 97, 101],
  [8, 32, 32],
] as const)('%i x %i x %i', (B, H, W) => threadSuite(operators(B, H, W)));
