import type * as tf from '@tensorflow/tfjs-core';
import { registerListGradient, runListKernel } from '../simd/list-kernel.js';
import { hasKernel } from '../simd/usable.wasm.js';
import { normLinearSplitComposed, type NormLinearSplitInputs } from './norm-linear-split.composed.js';
import { NORM_LINEAR_SPLIT, NORM_LINEAR_SPLIT_GRADIENT } from './norm-linear-split.names.js';

/** Runs the backend's kernel where it has one, the composed form where it has not. */
export function runNormLinearSplit(inputs: NormLinearSplitInputs): [tf.Tensor4D, tf.Tensor4D] {
  if (!hasKernel(NORM_LINEAR_SPLIT)) return normLinearSplitComposed(inputs);
  const { x, norm, weight, epsilon } = inputs;
  const list = norm === undefined ? [x, weight] : [x, weight, norm.gamma, norm.beta];
  return runListKernel(NORM_LINEAR_SPLIT, list, { epsilon });
}

// The normalised tokens are computed again.
registerListGradient(NORM_LINEAR_SPLIT, NORM_LINEAR_SPLIT_GRADIENT);
