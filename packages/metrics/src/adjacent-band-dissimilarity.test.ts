import { describe, expect, it } from 'vitest';
import { adjacentBandDissimilarity, ssim, type Cube } from './index.js';
import { makeCube, mapCube, waves } from './test-cubes.js';

const cube = waves(12, 13, 4);
const band = (b: number): Cube => makeCube(12, 13, 1, (i, j) => cube.data[(i * 13 + j) * 4 + b]!);

describe('adjacentBandDissimilarity', () => {
  it('is 1 minus the mean SSIM of the three neighbouring pairs of four bands', () => {
    for (const window of ['gaussian-11', 'uniform-7'] as const) {
      const pairs = [0, 1, 2].map((b) => ssim(band(b), band(b + 1), { window }));
      const wanted = 1 - (pairs[0]! + pairs[1]! + pairs[2]!) / 3;
      expect(adjacentBandDissimilarity(cube, { window })).toBeCloseTo(wanted, 12);
      expect(wanted).toBeGreaterThan(0.01);
    }
  });

  it('two bands are one pair', () => {
    const pair = makeCube(12, 13, 2, (i, j, b) => cube.data[(i * 13 + j) * 4 + b]!);
    expect(adjacentBandDissimilarity(pair)).toBeCloseTo(1 - ssim(band(0), band(1)), 12);
  });

  it('equal bands give 0, also zero and constant cubes', () => {
    expect(adjacentBandDissimilarity(makeCube(12, 13, 4, (i, j) => Math.sin(i * j)))).toBeCloseTo(0, 12);
    for (const value of [0, 0.3]) expect(adjacentBandDissimilarity(makeCube(12, 13, 4, () => value))).toBe(0);
  });

  it('a zero band or pixel is counted', () => {
    const zeroBand = mapCube(cube, (v, k) => (k % 4 === 1 ? 0 : v));
    const zeroPixel = mapCube(cube, (v, k) => (Math.floor(k / 4) === 84 ? 0 : v));
    const plain = adjacentBandDissimilarity(cube);
    // Two of the three pairs hold the zero band, and nothing is like it.
    expect(adjacentBandDissimilarity(zeroBand)).toBeGreaterThan(0.66);
    expect(Number.isFinite(adjacentBandDissimilarity(zeroPixel))).toBe(true);
    expect(adjacentBandDissimilarity(zeroPixel)).not.toBe(plain);
  });

  it('is NaN for a NaN and when nothing is counted', () => {
    for (const at of [0, 341, cube.data.length - 1]) {
      expect(adjacentBandDissimilarity(mapCube(cube, (v, k) => (k === at ? NaN : v)))).toBeNaN();
    }
    expect(adjacentBandDissimilarity(cube, { mask: new Uint8Array(12 * 13) })).toBeNaN();
  });

  it('refuses one band, small images and a range that only a truth has', () => {
    expect(() => adjacentBandDissimilarity(waves(12, 13, 1))).toThrow(
      /adjacentBandDissimilarity: cube\.bands is 1, but must be 2 or more/,
    );
    expect(() => adjacentBandDissimilarity(waves(10, 13, 3))).toThrow(/needs at least 11 x 11/);
    expect(() => adjacentBandDissimilarity(cube, { dataRange: 'cube-range' as never })).toThrow(
      /dataRange is 'cube-range', but must be a positive number/,
    );
  });
});
