import { clearFloats, withScratch, type WasmArena, type WorkRange } from '@prismamba/backend/arena';

/** Ranges whose sums are held at once. */
const HELD = 32;

/** to += from, over floats. */
export function addSums(arena: WasmArena, to: number, from: number, bytes: number): void {
  const target = new Float32Array(arena.memory.buffer, to, bytes / 4);
  const source = new Float32Array(arena.memory.buffer, from, bytes / 4);
  for (let i = 0; i < target.length; i++) target[i]! += source[i]!;
}

/** Work on ranges that adds to sums. */
export interface SummedWork<Range extends WorkRange> {
  readonly ranges: readonly Range[];
  /** Bytes of the sums. */
  readonly bytes: number;
  /** Computes some ranges, each adding to the sums at its own pointer. */
  readonly compute: (items: readonly (Range & { readonly sums: number })[]) => void;
  /** Called in the order of the ranges, with a range's own sums, before they are added. */
  readonly visit?: (range: Range, sums: number) => void;
  /** Gets the total. */
  readonly finish: (sums: number) => void;
}

/**
 * Sums that several ranges of work contribute to: each range starts from zeros in memory of its own and the parts are
 * added in the order of the ranges, so that the bits do not depend on who computed which.
 */
export function sumOverRanges<Range extends WorkRange>(arena: WasmArena, work: SummedWork<Range>): void {
  const { ranges, bytes, compute, visit, finish } = work;
  const held = Math.min(HELD, ranges.length);
  withScratch(arena, [bytes, held * bytes], (total, parts) => {
    clearFloats(arena, total, bytes / 4);
    for (let at = 0; at < ranges.length; at += held) {
      const group = ranges.slice(at, at + held);
      clearFloats(arena, parts, (group.length * bytes) / 4);
      compute(group.map((range, i) => ({ ...range, sums: parts + i * bytes })));
      group.forEach((range, i) => {
        visit?.(range, parts + i * bytes);
        addSums(arena, total, parts + i * bytes, bytes);
      });
    }
    finish(total);
  });
}
