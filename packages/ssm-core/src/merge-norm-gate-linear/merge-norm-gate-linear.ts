import type { Tensor1D, Tensor2D, Tensor4D } from '@tensorflow/tfjs-core';
import { checkShape } from '@prismamba/core';
import { LAYER_NORM_EPSILON } from '../layer-norm/layer-norm.js';
import { runMergeNormGateLinear } from './merge-norm-gate-linear.gradient.js';
import './merge-norm-gate-linear.wasm.js'; // registers the SIMD kernels

export interface MergeNormGateLinearArgs {
  /** The merged scan, [B, H, W, D]: the sum over the four directions, as `ss2dScan` returns it. */
  readonly y: Tensor4D;
  /** The gate, [B, H, W, D]. */
  readonly z: Tensor4D;
  /** Scale and shift of the layer norm, [D]. */
  readonly gamma: Tensor1D;
  readonly beta: Tensor1D;
  /** The linear layer, official layout [C, D], no bias. */
  readonly weight: Tensor2D;
  /** Added to the variance; 1e-5 unless stated. */
  readonly epsilon?: number;
}

/**
 * Last part of SS2D (VMamba, arXiv 2401.10166): layer norm of the merged scan, gate, linear layer without bias.
 *
 *     out = weight (LayerNorm(y; gamma, beta) * z sigmoid(z))
 *
 * @returns out, [B, H, W, C].
 * @throws Error for a wrong shape.
 */
export function mergeNormGateLinear(args: MergeNormGateLinearArgs): Tensor4D {
  const { y, z, gamma, beta, weight, epsilon = LAYER_NORM_EPSILON } = args;
  checkShape('mergeNormGateLinear', 'y', y, ['B', 'H', 'W', 'D']);
  checkShape('mergeNormGateLinear', 'z', z, y.shape);
  const inner = y.shape[3];
  checkShape('mergeNormGateLinear', 'gamma', gamma, [inner]);
  checkShape('mergeNormGateLinear', 'beta', beta, [inner]);
  checkShape('mergeNormGateLinear', 'weight', weight, ['C', inner]);
  return runMergeNormGateLinear({ y, z, gamma, beta, weight, epsilon });
}
