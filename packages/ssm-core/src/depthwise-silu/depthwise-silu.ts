import { checkShape } from '@prismamba/core';
import type { Tensor4D } from '@tensorflow/tfjs-core';
import { depthwiseSiluOperator, type DepthwiseSiluArgs } from './depthwise-silu.operator.js';

export type { DepthwiseSiluArgs };

/**
 * Depthwise 3x3 convolution with bias and zero padding 1, then SiLU, as in SS2D (VMamba, arXiv 2401.10166):
 *
 *     v[i,j,d] = bias[d] + sum_{p,q} weight[d,0,p,q] x[i+p-1, j+q-1, d];   y = v sigmoid(v)
 *
 * @returns y, [B, H, W, D].
 * @throws Error for a wrong shape.
 */
export function depthwiseSilu(args: DepthwiseSiluArgs): Tensor4D {
  const { x, weight, bias } = args;
  checkShape('depthwiseSilu', 'x', x, ['B', 'H', 'W', 'D']);
  const channels = x.shape[3];
  checkShape('depthwiseSilu', 'weight', weight, [channels, 1, 3, 3]);
  checkShape('depthwiseSilu', 'bias', bias, [channels]);
  return depthwiseSiluOperator.run({ x, weight, bias }).y;
}
