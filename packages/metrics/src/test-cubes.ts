import type { Cube } from './cube.js';

/** Cube of the values of `value(row, column, band)`; for tests. */
export function makeCube(
  height: number,
  width: number,
  bands: number,
  value: (i: number, j: number, b: number) => number,
): Cube {
  const data = new Float64Array(height * width * bands);
  let k = 0;
  for (let i = 0; i < height; i++)
    for (let j = 0; j < width; j++) for (let b = 0; b < bands; b++) data[k++] = value(i, j, b);
  return { data, height, width, bands };
}

/** Smooth positive values with structure in all three axes; for tests. */
export const waves = (height: number, width: number, bands: number, phase = 0): Cube =>
  makeCube(
    height,
    width,
    bands,
    (i, j, b) => 0.5 + 0.2 * Math.sin(i * 0.7 + phase) + 0.2 * Math.cos(j * 0.5 + b * 0.3 + phase),
  );

/** The same cube with each value passed through `change`; for tests. */
export const mapCube = (cube: Cube, change: (value: number, index: number) => number): Cube => ({
  ...cube,
  data: cube.data.map((value, index) => change(value, index)),
});
