import {
  clearFloats,
  runWork,
  withScratch,
  type KernelWork,
  type WasmArena,
  type WorkRange,
} from '@prismamba/backend';

/** Ranges whose sums are held at once. */
const HELD = 32;

/** to += from, over floats. */
export function addSums(arena: WasmArena, to: number, from: number, bytes: number): void {
  const target = new Float32Array(arena.memory.buffer, to, bytes / 4);
  const source = new Float32Array(arena.memory.buffer, from, bytes / 4);
  for (let i = 0; i < target.length; i++) target[i]! += source[i]!;
}

/** Work on ranges that add to sums; `varying` are the places of the first item, the end, the sums, and of `more`. */
export interface SummedWork<Names extends string> extends Omit<KernelWork<Names>, 'items'> {
  readonly threads: number;
  readonly ranges: readonly WorkRange[];
  /** Further varying arguments of each range. */
  readonly more?: (index: number) => readonly number[];
  /** Bytes of the sums. */
  readonly bytes: number;
  /** Called in the order of the ranges, with a range's own sums, before they are added. */
  readonly visit?: (index: number, sums: number) => void;
}

/**
 * Sums that several ranges of work contribute to: each range starts from zeros in memory of its own and the parts are
 * added in the order of the ranges, so that the bits do not depend on who computed which. `finish` gets the total.
 */
export function sumOverRanges<Names extends string>(
  arena: WasmArena,
  work: SummedWork<Names>,
  finish: (total: number) => void,
): void {
  const { ranges, bytes, threads, more, visit } = work;
  const held = Math.min(HELD, ranges.length);
  withScratch(arena, [bytes, held * bytes], (total, parts) => {
    clearFloats(arena, total, bytes / 4);
    for (let at = 0; at < ranges.length; at += held) {
      const group = ranges.slice(at, at + held);
      clearFloats(arena, parts, (group.length * bytes) / 4);
      const items = group.map((range, i) => [...range, parts + i * bytes, ...(more?.(at + i) ?? [])]);
      runWork(arena, threads, { ...work, items });
      group.forEach((_, i) => {
        visit?.(at + i, parts + i * bytes);
        addSums(arena, total, parts + i * bytes, bytes);
      });
    }
    finish(total);
  });
}
