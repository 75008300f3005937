export { clearFloats, scratchPerThread, withScratch } from './scratch.js';
export { arenaOf, hasKernel } from './usable.js';
export { wasmArena, type ArenaReport, type WasmArena } from './wasm-arena.js';
export {
  compileKernel,
  importSharedMemory,
  kernelFunctions,
  useRelaxedSimd,
  usesRelaxedSimd,
  type KernelExports,
  type KernelFunction,
  type KernelModule,
} from './kernel-module.js';
