import type * as tf from '@tensorflow/tfjs-core';
import { registerListGradient, runListKernel } from '../simd/list-kernel.js';
import { hasKernel } from '../simd/usable.wasm.js';
import { mergeNormGateLinearComposed } from './merge-norm-gate-linear.composed.js';
import { MERGE_NORM_GATE_LINEAR, MERGE_NORM_GATE_LINEAR_GRADIENT } from './merge-norm-gate-linear.names.js';
import type { MergeNormGateLinearArgs } from './merge-norm-gate-linear.js';

/** Runs the backend's kernel where it has one, the composed form where it has not. */
export function runMergeNormGateLinear(args: Required<MergeNormGateLinearArgs>): tf.Tensor4D {
  if (!hasKernel(MERGE_NORM_GATE_LINEAR)) return mergeNormGateLinearComposed(args);
  const { y, z, gamma, beta, weight, epsilon } = args;
  return runListKernel(MERGE_NORM_GATE_LINEAR, [y, z, gamma, beta, weight], { epsilon });
}

// Norm and gate are computed again.
registerListGradient(MERGE_NORM_GATE_LINEAR, MERGE_NORM_GATE_LINEAR_GRADIENT);
