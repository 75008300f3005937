/** The value of the fixtures' cubes; see packages/testing/fixtures/README.md. */
export function fixtureValue(row: number, column: number, band: number, k: number): number {
  return ((31 * row + 17 * column + 13 * band + 29 * k) % 97) / 96;
}

/** The cube [24, 20, 31] of constant k as float32, each value times `factor` in float64 first. */
export function fixtureCube(k: number, factor = 1): Float32Array {
  const cube = new Float32Array(24 * 20 * 31);
  for (let row = 0; row < 24; row++) {
    for (let column = 0; column < 20; column++) {
      for (let band = 0; band < 31; band++) {
        cube[(row * 20 + column) * 31 + band] = factor * fixtureValue(row, column, band, k);
      }
    }
  }
  return cube;
}

/** The RGB image [24, 20, 3] of constant k, code / 255. */
export function fixtureRgb(k: number): Float32Array {
  const rgb = new Float32Array(24 * 20 * 3);
  for (let row = 0; row < 24; row++) {
    for (let column = 0; column < 20; column++) {
      const codes = [5 * row + 3 * column + k, 2 * row + 7 * column + k, 11 * row + column + k];
      for (let c = 0; c < 3; c++) rgb[(row * 20 + column) * 3 + c] = (codes[c]! % 256) / 255;
    }
  }
  return rgb;
}
