import '@tensorflow/tfjs-backend-wasm';
import { sharedState } from '../shared-state.js';
import { batchMatMul } from './batch-mat-mul.js';
import { conv2dBackpropFilter } from './conv2d-backprop-filter.js';
import { conv2dBackpropInput } from './conv2d-backprop-input.js';
import { depthwiseConv2dBackpropFilter } from './depthwise-conv2d-backprop-filter.js';
import { depthwiseConv2dBackpropInput } from './depthwise-conv2d-backprop-input.js';
import { registerGelu } from './gelu.js';
import { identity } from './identity.js';
import { maxPoolGrad } from './max-pool-grad.js';
import { concat, slice, splitV } from './slices.js';
import { unsortedSegmentSum } from './unsorted-segment-sum.js';
import { registerWasmKernel } from './wasm-kernel.js';

const state = sharedState('training-kernels', () => ({ registered: false }));

/**
 * Registers the kernels that the WASM backend lacks or has only as scalar loops; once in a process. TensorFlow.js reads its
 * kernel registry at every call: they may come before or after the backend has started.
 */
export function registerTrainingKernels(): void {
  if (state.registered) return;
  state.registered = true;
  registerWasmKernel(batchMatMul);
  registerWasmKernel(conv2dBackpropFilter);
  registerWasmKernel(conv2dBackpropInput);
  registerWasmKernel(depthwiseConv2dBackpropFilter);
  registerWasmKernel(depthwiseConv2dBackpropInput);
  registerWasmKernel(identity);
  registerWasmKernel(maxPoolGrad);
  registerWasmKernel(slice);
  registerWasmKernel(splitV);
  registerWasmKernel(concat);
  registerWasmKernel(unsortedSegmentSum);
  registerGelu();
}
