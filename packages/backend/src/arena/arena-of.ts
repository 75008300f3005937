import { wasmArena, type WasmArena } from './wasm-arena.js';

/**
 * The arena of the backend that a kernel gets from TensorFlow.js; `kernel` is its name, for the error.
 * @throws Error where this version of the WASM backend gives no access to its memory.
 */
export function arenaOf(kernel: string, backend: unknown): WasmArena {
  const arena = wasmArena(backend);
  if (arena === undefined) {
    throw new Error(`${kernel}: this version of the WASM backend gives no access to its memory`);
  }
  return arena;
}
