import { checkShape } from '@prismamba/core';
import type { Tensor4D } from '@tensorflow/tfjs-core';
import {
  pointwiseGeluResidualOperator,
  type BranchKind,
  type PointwiseBranch,
  type PointwiseGeluResidualArgs,
} from './pointwise-gelu-residual.operator.js';

export type { PointwiseBranch, PointwiseGeluResidualArgs };

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
  const inputs = branches.reduce((sum, branch, k) => {
    const name = `branches[${k}]`;
    if (!('scale' in branch)) {
      checkShape(caller, name, branch, [batch, height, width, 'C_k']);
      return sum + branch.shape[3];
    }
    if (!isGate(branch.scale, channels))
      checkShape(caller, `${name}.scale`, branch.scale, [batch, height, width, 1]);
    else checkShape(caller, `${name}.scale`, branch.scale, [batch, 1, 1, channels]);
    return sum + channels;
  }, 0);
  checkShape(caller, 'weight', weight, [channels, inputs, 1, 1]);
  checkShape(caller, 'bias', bias, [channels]);
  const kinds = branches.map((branch): BranchKind => {
    if (!('scale' in branch)) return 'map';
    return isGate(branch.scale, channels) ? 'perSample' : 'perPixel';
  });
  const tensors = branches.map((branch) => ('scale' in branch ? branch.scale : branch));
  return pointwiseGeluResidualOperator.run({ x, weight, bias, branches: tensors }, { kinds }).out;
}

/** Whether a factor is one a sample and channel rather than one a pixel. */
function isGate(scale: { readonly shape: readonly number[] }, channels: number): boolean {
  return scale.shape[3] === channels && scale.shape[1] === 1 && scale.shape[2] === 1;
}
