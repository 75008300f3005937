import { hasSimd, wasmArena, type WasmArena } from '@prismamba/backend';
import * as tf from '@tensorflow/tfjs-core';
import { EXP_TABLE } from './exp-table.js';

/** Whether the current backend has this kernel and can run it (the WASM backend: SIMD and zero-copy access). */
export function hasKernel(name: string): boolean {
  const backendName = tf.getBackend();
  if (tf.getKernel(name, backendName) === undefined) return false;
  return backendName !== 'wasm' || (hasSimd() && wasmArena(tf.backend()) !== undefined);
}

/** The arena that a kernel function runs on; `hasKernel` was asked before. */
export function arenaOf(kernel: string, backend: unknown): WasmArena {
  const arena = wasmArena(backend);
  if (arena === undefined) throw new Error(`${kernel}: this backend gives no access to its memory`);
  return arena;
}

const tables = new WeakMap<WasmArena, number>();

/** Pointer to {@link EXP_TABLE} in the arena's memory; written once and kept. */
export function expTable(arena: WasmArena): number {
  const known = tables.get(arena);
  if (known !== undefined) return known;
  const pointer = arena.malloc(EXP_TABLE.length * 4);
  new Float32Array(arena.memory.buffer, pointer, EXP_TABLE.length).set(EXP_TABLE);
  tables.set(arena, pointer);
  return pointer;
}

/** Runs `body` with scratch memory of the given sizes (bytes) and frees it, also after an error. */
export function withScratch<T>(
  arena: WasmArena,
  sizes: readonly number[],
  body: (...pointers: number[]) => T,
): T {
  const pointers: number[] = [];
  try {
    for (const size of sizes) pointers.push(arena.malloc(size));
    return body(...pointers);
  } finally {
    for (const pointer of pointers.reverse()) arena.free(pointer);
  }
}

/** A new float32 tensor of zeros and its pointer. */
export function zeroOutput(arena: WasmArena, shape: number[]): tf.TensorInfo {
  const info = arena.makeOutput(shape, 'float32');
  const size = shape.reduce((product, length) => product * length, 1);
  new Float32Array(arena.memory.buffer, arena.pointer(info), size).fill(0);
  return info;
}
