import type { RgbImage } from './predictor.js';

/** A rectangle of pixels; the image may be looked at upside down and without its first rows and columns. */
export interface Window {
  readonly row: number;
  readonly column: number;
  readonly height: number;
  readonly width: number;
}

/** Rows `row ... row + height` of the image as an array of their own; `flipped` counts rows from the bottom. */
export function cutWindow(image: RgbImage, window: Window, flipped = false): Float32Array {
  const { row, column, height, width } = window;
  const out = new Float32Array(height * width * 3);
  for (let i = 0; i < height; i++) {
    const source = flipped ? image.height - 1 - (row + i) : row + i;
    const start = (source * image.width + column) * 3;
    out.set(image.data.subarray(start, start + width * 3), i * width * 3);
  }
  return out;
}
