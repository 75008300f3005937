// What the kernels of Prismamba's packages are launched with. No promise: any release may change it.
export {
  kernelLaunchers,
  type KernelExports,
  type KernelFunction,
  type KernelLaunchers,
  type KernelModule,
} from './arena/kernel-module.js';
export { registerNative } from './arena/register-native.js';
export { registerWasm, type WasmKernels } from './arena/register-wasm.js';
export { clearFloats, scratchPerThread, withScratch } from './arena/scratch.js';
export { wasmArena, type ArenaReport, type WasmArena } from './arena/wasm-arena.js';
export { type KernelPool } from './pool/kernel-pool.js';
export { type KernelWork } from './pool/kernel-work.js';
export { runWork, workThreads } from './pool/run-work.js';
export { kernelPool } from './pool/threads.js';
export { hasRelaxedSimd } from './wasm-features.js';
export { cutRanges, TOKENS_PER_RANGE, type WorkRange } from './work-ranges.js';
export {
  copyInto,
  copyRows,
  joined,
  newArray,
  part,
  release,
  sizeOf,
  type RowsIn,
} from './webgpu/gpu-arrays.js';
export { IS_NAN } from './webgpu/keep-nan.js';
export { dispatchEach, type EachShader } from './webgpu/dispatch-each.js';
export { gpuLimits, withLowerLimits } from './webgpu/gpu-limits.js';
export { neighbourAround } from './webgpu/neighbour.js';
export { registerWebgpu, type WebgpuKernels } from './webgpu/register-webgpu.js';
export { dispatch, type Shader } from './webgpu/shader.js';
export { sumRows } from './webgpu/sum-rows.js';
export { webgpuOf, type GpuLimits, type WebgpuBackend } from './webgpu/webgpu-of.js';
