export { clearFloats, scratchPerThread, withScratch } from './scratch.js';
export { registerWasm, type WasmKernels } from './register-wasm.js';
export { arenaOf, hasKernel } from './usable.js';
export { wasmArena, type ArenaReport, type WasmArena } from './wasm-arena.js';
export {
  compileKernel,
  importSharedMemory,
  kernelFunctions,
  kernelLaunchers,
  useRelaxedSimd,
  usesRelaxedSimd,
  type KernelExports,
  type KernelFunction,
  type KernelLaunchers,
  type KernelModule,
} from './kernel-module.js';
