import type { Tensor1D, Tensor4D } from '@tensorflow/tfjs-core';
import { checkShape } from '../check-shape.js';
import { pointwiseGeluResidualComposed } from './pointwise-gelu-residual.composed.js';

export interface PointwiseGeluResidualArgs {
  /** Residual, [B, H, W, C]. */
  readonly x: Tensor4D;
  /** What is fused, in the order of the weight's input channels: one or more maps [B, H, W, C_k]. */
  readonly branches: readonly Tensor4D[];
  /** 1x1 convolution, official layout [C, sum C_k, 1, 1]. */
  readonly weight: Tensor4D;
  /** [C]. */
  readonly bias: Tensor1D;
}

/**
 * End of a gradient Mamba block (GMSR-Net, arXiv 2405.07777): 1x1 convolution of the concatenated branches, exact
 * GELU, residual. The concatenation itself is never formed.
 *
 *     out = x + GELU(bias + sum_k weight[:, C_k] branch_k)
 *
 * @returns out, [B, H, W, C].
 * @throws Error for a wrong shape or no branch.
 */
export function pointwiseGeluResidual(args: PointwiseGeluResidualArgs): Tensor4D {
  const { x, branches, weight, bias } = args;
  const caller = 'pointwiseGeluResidual';
  checkShape(caller, 'x', x, ['B', 'H', 'W', 'C']);
  if (branches.length === 0) {
    throw new Error(`${caller}: branches: got none, wanted at least one map [B, H, W, C_k]`);
  }
  const [batch, height, width, channels] = x.shape;
  branches.forEach((branch, k) =>
    checkShape(caller, `branches[${k}]`, branch, [batch, height, width, 'C_k']),
  );
  const inputs = branches.reduce((sum, branch) => sum + branch.shape[3], 0);
  checkShape(caller, 'weight', weight, [channels, inputs, 1, 1]);
  checkShape(caller, 'bias', bias, [channels]);
  return pointwiseGeluResidualComposed(args);
}
