import type { Tensor1D, Tensor2D, Tensor4D } from '@tensorflow/tfjs-core';
import { checkShape } from '@prismamba/core';
import { LAYER_NORM_EPSILON } from '../layer-norm/layer-norm.js';
import { runNormLinearSplit } from './norm-linear-split.gradient.js';
import './norm-linear-split.wasm.js'; // registers the SIMD kernels

export interface NormLinearSplitArgs {
  /** Features, [B, H, W, C]. */
  readonly x: Tensor4D;
  /** Scale and shift of the layer norm, [C]; both absent: no layer norm. */
  readonly gamma?: Tensor1D;
  readonly beta?: Tensor1D;
  /** The linear layer, official layout [2D, C], no bias. */
  readonly weight: Tensor2D;
  /** Added to the variance; 1e-5 unless stated. */
  readonly epsilon?: number;
}

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
  const norm = gamma === undefined || beta === undefined ? undefined : { gamma, beta };
  return runNormLinearSplit({ x, norm, weight, epsilon });
}
