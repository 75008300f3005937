import type * as tf from '@tensorflow/tfjs-core';
import { registerListGradient, runListKernel } from '../simd/list-kernel.js';
import { hasKernel } from '../simd/usable.wasm.js';
import { depthwiseSiluComposed } from './depthwise-silu.composed.js';
import { DEPTHWISE_SILU, DEPTHWISE_SILU_GRADIENT } from './depthwise-silu.names.js';
import type { DepthwiseSiluArgs } from './depthwise-silu.js';

/** Runs the backend's kernel where it has one, the composed form where it has not. */
export function runDepthwiseSilu({ x, weight, bias }: DepthwiseSiluArgs): tf.Tensor4D {
  if (!hasKernel(DEPTHWISE_SILU)) return depthwiseSiluComposed({ x, weight, bias });
  return runListKernel(DEPTHWISE_SILU, [x, weight, bias]);
}

// The convolution is computed again.
registerListGradient(DEPTHWISE_SILU, DEPTHWISE_SILU_GRADIENT);
