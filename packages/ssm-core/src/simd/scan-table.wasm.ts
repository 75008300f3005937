import type { WasmArena } from '@prismamba/backend/arena';

/**
 * The constants of `assembly/exp2.as.ts`, in its order: lowest exponent, the magic number that rounds to whole
 * numbers (1.5 * 2^23), the minimax polynomial of 2^f on [-0.5, 0.5] (relative error 7.5e-8), log2(e), ln(2), 1, 2, and
 * the minimax polynomial of atanh(sqrt s) / sqrt s on [0, 1/9] (relative error 4e-9), which softplus uses.
 */
const TABLE = [
  -126,
  12582912,
  1.0000000716546822,
  0.6931469670647331,
  0.24022119723848476,
  0.05550713273542586,
  0.00967554133421605,
  0.0013276471979478776,
  Math.LOG2E,
  Math.LN2,
  1,
  2,
  1.000000003960526,
  0.3333315734091565,
  0.20012455144183294,
  0.1398030133362237,
  0.14089167646099685,
];

/** Bytes of the table. */
export const TABLE_BYTES = 4 * TABLE.length;

/** Writes the table; call it after the last allocation, because growing memory detaches views. */
export function writeTable(arena: WasmArena, pointer: number): void {
  new Float32Array(arena.memory.buffer, pointer, TABLE.length).set(TABLE);
}
