// What kernels are launched with on any memory: nothing of TensorFlow.js is imported. No promise: any release may change it.
export { arraysArena, createArraysArena, type ArraysArena, type FloatArray } from './arena/arrays-arena.js';
export { kernelLaunchers, type KernelLaunchers, type KernelModule } from './arena/kernel-module.js';
export { type WasmKernels } from './arena/register-wasm.js';
export { clearFloats, scratchPerThread, withScratch } from './arena/scratch.js';
export { type WasmArena } from './arena/wasm-arena.js';
export { type KernelWork } from './pool/kernel-work.js';
export { runWork, workThreads } from './pool/run-work.js';
export { obstacleToThreads, poolOf, startedPool, wantedThreads, wantThreads } from './pool/thread-pools.js';
export { hasSimd } from './wasm-features.js';
export { cutRanges, TOKENS_PER_RANGE, type WorkRange } from './work-ranges.js';
