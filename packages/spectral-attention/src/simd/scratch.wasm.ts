import type { WasmArena } from '@prismamba/backend';

/** Allocates the sizes (bytes) as one block of scratch, runs `body` with a pointer to each, and frees it. */
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

/** Fills floats with 0. */
export function clear(arena: WasmArena, pointer: number, floats: number): void {
  new Float32Array(arena.memory.buffer, pointer, floats).fill(0);
}
