import { checkShape } from '@prismamba/core';
import type { Tensor3D } from '@tensorflow/tfjs-core';
import { causalConv1dOperator, type CausalConv1dArgs } from './causal-conv1d.operator.js';

export type { CausalConv1dArgs };

/**
 * Causal depthwise convolution along the sequence (Mamba, arXiv 2312.00752, section 3.4; `causal_conv1d`):
 *
 *     y[b,t,d] = bias[d] + sum_{j=0}^{K-1} weight[d,0,j] x[b, t-K+1+j, d],   x = 0 before the start
 *
 * @returns y, [B, L, D].
 * @throws Error for a wrong shape.
 */
export function causalConv1d(args: CausalConv1dArgs): Tensor3D {
  const { x, weight, bias } = args;
  checkShape('causalConv1d', 'x', x, ['B', 'L', 'D']);
  const channels = x.shape[2];
  checkShape('causalConv1d', 'weight', weight, [channels, 1, 'K']);
  if (bias !== undefined) checkShape('causalConv1d', 'bias', bias, [channels]);
  return causalConv1dOperator.run(args).y;
}
