import { clearFloats, withScratch, type WasmArena, type WorkRange } from '@prismamba/backend';

function addFloats(arena: WasmArena, to: number, from: number, bytes: number): void {
  const target = new Float32Array(arena.memory.buffer, to, bytes / 4);
  const source = new Float32Array(arena.memory.buffer, from, bytes / 4);
  for (let i = 0; i < target.length; i++) target[i]! += source[i]!;
}

/**
 * Sums that several ranges of work contribute to: each range starts from zeros in memory of its own and the parts are
 * added in the order of the ranges, so that the bits do not depend on who computed which. `finish` gets the total.
 */
export function sumOverRanges(
  arena: WasmArena,
  bytes: number,
  ranges: readonly WorkRange[],
  work: (first: number, end: number, sums: number, index: number) => void,
  finish: (total: number) => void,
): void {
  withScratch(arena, [bytes, bytes], (total, part) => {
    clearFloats(arena, total, bytes / 4);
    ranges.forEach(([first, end], index) => {
      clearFloats(arena, part, bytes / 4);
      work(first, end, part, index);
      addFloats(arena, total, part, bytes);
    });
    finish(total);
  });
}
