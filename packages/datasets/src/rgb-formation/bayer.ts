import { DatasetError } from '../dataset-error.js';
import type { FloatImage, RgbStep } from './rgb-step.js';

/** Colour of each mosaic pixel of the RGGB pattern: R at [even, even], B at [odd, odd], G elsewhere. */
export const bayerChannel = (row: number, column: number): 0 | 1 | 2 =>
  row % 2 === 0 ? (column % 2 === 0 ? 0 : 1) : column % 2 === 0 ? 1 : 2;

/** RGB -> one channel, RGGB: R at [0::2, 0::2], G at [1::2, 0::2] and [0::2, 1::2], B at [1::2, 1::2]. */
export function mosaicRggb(): RgbStep {
  return {
    name: 'mosaic',
    description: 'Bayer mosaic RGGB',
    pointwise: false,
    apply: ({ data, height, width, channels }) => {
      if (channels !== 3) throw new DatasetError(`mosaic: the image has ${channels} channels, wanted 3`);
      const out = new Float64Array(height * width);
      for (let row = 0; row < height; row++) {
        for (let column = 0; column < width; column++) {
          const at = row * width + column;
          out[at] = data[at * 3 + bayerChannel(row, column)]!;
        }
      }
      return { data: out, height, width, channels: 1 };
    },
  };
}

/** Half-up mean of whole numbers, as integer arithmetic `(a + b + 1) >> 1` has it. */
const mean2 = (a: number, b: number) => Math.floor((a + b + 1) / 2);
const mean4 = (a: number, b: number, c: number, d: number) => Math.floor((a + b + c + d + 2) / 4);

/**
 * Edge-aware demosaicing of an RGGB mosaic of whole numbers (uint16 counts).
 *
 * Green at a red or blue pixel is the mean of the two green neighbours along the direction in which they differ less:
 *
 *   G = |G_up - G_down| < |G_left - G_right| ? (G_up + G_down + 1) >> 1 : (G_left + G_right + 1) >> 1;
 *
 * red and blue are bilinear: the mean of two neighbours at a green pixel, of four diagonal ones at the opposite colour.
 * The outermost rows and columns repeat their inner neighbours. This is the method that OpenCV documents as
 * edge-aware (`COLOR_Bayer*2*_EA`), written from that description; equal differences take the horizontal mean, and
 * agreement with OpenCV to the bit is not claimed.
 */
export function demosaicEdgeAware(): RgbStep {
  return {
    name: 'demosaic',
    description: 'edge-aware demosaicing (RGGB)',
    pointwise: false,
    apply: ({ data, height, width, channels }): FloatImage => {
      if (channels !== 1) throw new DatasetError(`demosaic: the image has ${channels} channels, wanted 1`);
      if (height < 3 || width < 3) {
        throw new DatasetError(`demosaic: the image has ${height} x ${width} pixels, wanted at least 3 x 3`);
      }
      const out = new Float64Array(height * width * 3);
      const v = (row: number, column: number) => data[row * width + column]!;
      for (let row = 1; row < height - 1; row++) {
        for (let column = 1; column < width - 1; column++) {
          const left = v(row, column - 1);
          const right = v(row, column + 1);
          const up = v(row - 1, column);
          const down = v(row + 1, column);
          const at = (row * width + column) * 3;
          const here = bayerChannel(row, column);
          if (here === 1) {
            // A green pixel has its row's colour left and right, the other one above and below.
            const rowColour = row % 2 === 0 ? 0 : 2;
            out[at + rowColour] = mean2(left, right);
            out[at + 1] = v(row, column);
            out[at + 2 - rowColour] = mean2(up, down);
          } else {
            out[at + here] = v(row, column);
            out[at + 1] = Math.abs(up - down) < Math.abs(left - right) ? mean2(up, down) : mean2(left, right);
            out[at + 2 - here] = mean4(
              v(row - 1, column - 1),
              v(row - 1, column + 1),
              v(row + 1, column - 1),
              v(row + 1, column + 1),
            );
          }
        }
      }
      copyBorder(out, height, width);
      return { data: out, height, width, channels: 3 };
    },
  };
}

function copyBorder(rgb: Float64Array, height: number, width: number): void {
  const inside = (i: number, length: number) => Math.min(length - 2, Math.max(1, i));
  for (let row = 0; row < height; row++) {
    const edgeRow = row === 0 || row === height - 1;
    for (let column = 0; column < width; column += edgeRow ? 1 : width - 1) {
      const from = (inside(row, height) * width + inside(column, width)) * 3;
      rgb.copyWithin((row * width + column) * 3, from, from + 3);
    }
  }
}
