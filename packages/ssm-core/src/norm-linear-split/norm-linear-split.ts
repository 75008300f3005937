import { checkShape } from '@prismamba/core';
import type { Tensor4D } from '@tensorflow/tfjs-core';
import { LAYER_NORM_EPSILON } from '../layer-norm/layer-norm.js';
import { normLinearSplitOperator, type NormLinearSplitArgs } from './norm-linear-split.operator.js';

export type { NormLinearSplitArgs };

/**
 * First part of a VSS block (VMamba, arXiv 2401.10166): layer norm, linear layer without bias, split in two.
 *
 *     [u, z] = split(weight LayerNorm(x; gamma, beta)),   u the first D features, z the last D (the gate)
 *
 * @returns [u, z], each [B, H, W, D].
 * @throws Error for a wrong shape, or a weight with an odd number of rows.
 */
export function normLinearSplit(args: NormLinearSplitArgs): [Tensor4D, Tensor4D] {
  const { x, gamma, beta, weight, epsilon = LAYER_NORM_EPSILON } = args;
  checkShape('normLinearSplit', 'x', x, ['B', 'H', 'W', 'C']);
  const channels = x.shape[3];
  if ((gamma === undefined) !== (beta === undefined)) {
    throw new Error('normLinearSplit: gamma, beta: got one of them, wanted both (layer norm) or none');
  }
  if (gamma !== undefined) checkShape('normLinearSplit', 'gamma', gamma, [channels]);
  if (beta !== undefined) checkShape('normLinearSplit', 'beta', beta, [channels]);
  checkShape('normLinearSplit', 'weight', weight, ['2D', channels]);
  if (weight.shape[0] % 2 !== 0) {
    throw new Error(
      `normLinearSplit: weight: got ${weight.shape[0]} rows, wanted an even number (first half u, second half z)`,
    );
  }
  const { u, z } = normLinearSplitOperator.run({ x, weight, gamma, beta }, { epsilon, gate: true });
  return [u, z];
}
