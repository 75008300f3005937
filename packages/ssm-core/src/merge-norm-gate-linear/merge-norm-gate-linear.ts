import { checkShape } from '@prismamba/core';
import type { Tensor4D } from '@tensorflow/tfjs-core';
import { LAYER_NORM_EPSILON } from '../layer-norm/layer-norm.js';
import {
  mergeNormGateLinearOperator,
  type MergeNormGateLinearArgs,
} from './merge-norm-gate-linear.operator.js';

export type { MergeNormGateLinearArgs };

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
  return mergeNormGateLinearOperator.run({ y, z, gamma, beta, weight }, { epsilon }).out;
}
