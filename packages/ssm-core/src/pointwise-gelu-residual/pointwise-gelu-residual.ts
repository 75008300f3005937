import type { Tensor1D, Tensor4D } from '@tensorflow/tfjs-core';
import { checkShape } from '@prismamba/core';
import { runPointwiseGeluResidual } from './pointwise-gelu-residual.gradient.js';
import './pointwise-gelu-residual.wasm.js'; // registers the SIMD kernels

/**
 * One input of the fused convolution: a map [B, H, W, C_k], or `{ scale }`, which stands for x times a factor of shape
 * [B, H, W, 1] (an attention map) or [B, 1, 1, C] (a gate a sample) without forming the product.
 */
export type PointwiseBranch = Tensor4D | { readonly scale: Tensor4D };

export interface PointwiseGeluResidualArgs {
  /** Residual, [B, H, W, C]. */
  readonly x: Tensor4D;
  /** What is fused, one or more, in the order of the weight's input channels. */
  readonly branches: readonly PointwiseBranch[];
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
  return runPointwiseGeluResidual(args);
}

/** Whether a factor is one a sample and channel rather than one a pixel. */
export function isGate(scale: { readonly shape: readonly number[] }, channels: number): boolean {
  return scale.shape[3] === channels && scale.shape[1] === 1 && scale.shape[2] === 1;
}
