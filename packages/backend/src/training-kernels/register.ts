import '@tensorflow/tfjs-backend-wasm';
import { batchMatMul } from './batch-mat-mul.js';
import { conv2dBackpropFilter } from './conv2d-backprop-filter.js';
import { conv2dBackpropInput } from './conv2d-backprop-input.js';
import { depthwiseConv2dBackpropFilter } from './depthwise-conv2d-backprop-filter.js';
import { depthwiseConv2dBackpropInput } from './depthwise-conv2d-backprop-input.js';
import { geluGradKernel, geluKernel } from './gelu.js';
import { identity } from './identity.js';
import { maxPoolGrad } from './max-pool-grad.js';
import { concat, slice, splitV } from './slices.js';
import { unsortedSegmentSum } from './unsorted-segment-sum.js';
import { registerWasmKernel } from './wasm-kernel.js';

// Importing @prismamba/backend is enough: TensorFlow.js reads its kernel registry at every call.
registerWasmKernel(batchMatMul);
registerWasmKernel(conv2dBackpropFilter);
registerWasmKernel(conv2dBackpropInput);
registerWasmKernel(depthwiseConv2dBackpropFilter);
registerWasmKernel(depthwiseConv2dBackpropInput);
registerWasmKernel(geluKernel);
registerWasmKernel(geluGradKernel);
registerWasmKernel(identity);
registerWasmKernel(maxPoolGrad);
registerWasmKernel(slice);
registerWasmKernel(splitV);
registerWasmKernel(concat);
registerWasmKernel(unsortedSegmentSum);
