import type { WasmArena } from './wasm-arena.js';

/**
 * Allocates the sizes (bytes) as one block of scratch, runs `body` with a pointer to each (16-byte aligned, not cleared),
 * and frees the block, also where `body` throws.
 * @throws what {@link WasmArena.malloc} throws where the memory has no room.
 */
export function withScratch<T>(
  arena: WasmArena,
  sizes: readonly number[],
  body: (...pointers: number[]) => T,
): T {
  const aligned = sizes.map((size) => Math.ceil(size / 16) * 16);
  const base = arena.malloc(aligned.reduce((sum, size) => sum + size, 0));
  try {
    let at = base;
    return body(...aligned.map((size) => (at += size) - size));
  } finally {
    arena.free(base);
  }
}

/** Fills `floats` 32-bit floats from the byte offset `pointer` with 0. */
export function clearFloats(arena: WasmArena, pointer: number, floats: number): void {
  new Float32Array(arena.memory.buffer, pointer, floats).fill(0);
}

/** Scratch of `bytes` for each of the threads: how many bytes in all, and where a thread's part begins. */
export function scratchPerThread(bytes: number, threads: number) {
  const part = Math.ceil(bytes / 16) * 16;
  return { bytes: threads * part, of: (scratch: number, thread: number) => scratch + thread * part };
}
