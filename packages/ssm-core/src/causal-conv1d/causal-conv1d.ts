import * as tf from '@tensorflow/tfjs-core';
import type { Tensor1D, Tensor3D } from '@tensorflow/tfjs-core';
import { checkShape } from '@prismamba/core';
import { hasKernel } from '../simd/usable.wasm.js';
import { causalConv1dComposed } from './causal-conv1d.composed.js';
import { CAUSAL_CONV1D } from './causal-conv1d.gradient.js';
import './causal-conv1d.wasm.js'; // registers the SIMD kernels

export interface CausalConv1dArgs {
  /** Sequences, [B, L, D]. */
  readonly x: Tensor3D;
  /** One kernel a channel, official layout [D, 1, K]; the last tap meets the current token. */
  readonly weight: Tensor3D;
  /** [D]; none unless given. */
  readonly bias?: Tensor1D;
}

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
  if (!hasKernel(CAUSAL_CONV1D)) return causalConv1dComposed(args);
  return tf.tidy(() =>
    tf.engine().runKernel(CAUSAL_CONV1D, { x, weight, bias: bias ?? tf.zeros([channels]) }),
  );
}
