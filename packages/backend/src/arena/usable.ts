import * as tf from '@tensorflow/tfjs-core';
import { hasSimd } from '../wasm-features.js';
import { wasmArena, type WasmArena } from './wasm-arena.js';

/**
 * Whether operators run the current backend's own kernel of that name. On the WASM backend the SIMD kernels need
 * access to its memory, which is not public: where the feature test fails, the composed form runs.
 */
export function hasKernel(name: string): boolean {
  const backend = tf.getBackend();
  if (tf.getKernel(name, backend) === undefined) return false;
  return backend !== 'wasm' || (hasSimd() && wasmArena(tf.backend()) !== undefined);
}

/**
 * The arena of the backend that a kernel gets from TensorFlow.js; `kernel` is its name, for the error.
 * @throws Error where {@link hasKernel} would have been false.
 */
export function arenaOf(kernel: string, backend: unknown): WasmArena {
  const arena = wasmArena(backend);
  if (arena === undefined) {
    throw new Error(`${kernel}: this version of the WASM backend gives no access to its memory`);
  }
  return arena;
}
