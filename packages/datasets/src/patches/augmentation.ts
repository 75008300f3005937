import type { Random } from '@prismamba/core';

/** `'rotate-flip'`: 0 to 3 quarter turns, then each axis flipped with probability 1/2 (as MST++ and AGD-Net train). */
export type Augmentation = 'none' | 'rotate-flip';

/** One of the symmetries of the square: quarter turns counter-clockwise first, flips after. */
export interface Symmetry {
  readonly quarterTurns: 0 | 1 | 2 | 3;
  readonly flipRows: boolean;
  readonly flipColumns: boolean;
}

/** Draws a symmetry; always three numbers of the stream. */
export function drawSymmetry(random: Random): Symmetry {
  return {
    quarterTurns: random.integer(0, 3) as 0 | 1 | 2 | 3,
    flipRows: random.integer(0, 1) === 1,
    flipColumns: random.integer(0, 1) === 1,
  };
}

/** A square channels-last image under a symmetry, as a new array. */
export function applySymmetry(
  data: Float32Array,
  size: number,
  channels: number,
  { quarterTurns, flipRows, flipColumns }: Symmetry,
): Float32Array {
  const out = new Float32Array(data.length);
  const last = size - 1;
  for (let row = 0; row < size; row++) {
    for (let column = 0; column < size; column++) {
      // Where the output pixel comes from: undo the flips, then undo the turns.
      let y = flipRows ? last - row : row;
      let x = flipColumns ? last - column : column;
      for (let turn = 0; turn < quarterTurns; turn++) {
        // Counter-clockwise (numpy.rot90): out[y, x] = in[x, last - y].
        const turned = y;
        y = x;
        x = last - turned;
      }
      const from = (y * size + x) * channels;
      const to = (row * size + column) * channels;
      for (let c = 0; c < channels; c++) out[to + c] = data[from + c]!;
    }
  }
  return out;
}
