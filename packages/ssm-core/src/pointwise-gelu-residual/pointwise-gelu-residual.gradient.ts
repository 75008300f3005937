import type * as tf from '@tensorflow/tfjs-core';
import { registerListGradient, runListKernel } from '../simd/list-kernel.js';
import { hasKernel } from '../simd/usable.wasm.js';
import { pointwiseGeluResidualComposed } from './pointwise-gelu-residual.composed.js';
import {
  POINTWISE_GELU_RESIDUAL,
  POINTWISE_GELU_RESIDUAL_GRADIENT,
  type BranchKind,
} from './pointwise-gelu-residual.names.js';
import { isGate, type PointwiseGeluResidualArgs } from './pointwise-gelu-residual.js';

/** Runs the backend's kernel where it has one, the composed form where it has not. */
export function runPointwiseGeluResidual(args: PointwiseGeluResidualArgs): tf.Tensor4D {
  if (!hasKernel(POINTWISE_GELU_RESIDUAL)) return pointwiseGeluResidualComposed(args);
  const { x, branches, weight, bias } = args;
  const kinds = branches.map((branch): BranchKind => {
    if (!('scale' in branch)) return 'map';
    return isGate(branch.scale, x.shape[3]) ? 'perSample' : 'perPixel';
  });
  const tensors = branches.map((branch) => ('scale' in branch ? branch.scale : branch));
  return runListKernel(POINTWISE_GELU_RESIDUAL, [x, weight, bias, ...tensors], { kinds });
}

// The convolution is computed again.
registerListGradient(POINTWISE_GELU_RESIDUAL, POINTWISE_GELU_RESIDUAL_GRADIENT);
