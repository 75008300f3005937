import type { Random } from '@prismamba/core';
import type { MaterialFamily } from './reflectances.js';

/** What a texture says of a pixel: `mix` of the second spectrum in [0, 1], `relief` multiplies the shading. */
export interface TextureSample {
  mix: number;
  relief: number;
}

/** Writes the texture at a pixel into `out` (no allocation in the pixel loop). */
export type Texture = (row: number, column: number, out: TextureSample) => void;

/** Hash of a lattice point to [0, 1). */
function latticeValue(x: number, y: number, seed: number): number {
  let h = Math.imul(x, 0x27d4eb2d) ^ Math.imul(y, 0x165667b1) ^ seed;
  h = Math.imul(h ^ (h >>> 15), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return ((h ^ (h >>> 16)) >>> 0) / 4294967296;
}

/** Value noise in [0, 1): lattice values joined by the cubic 3t^2 - 2t^3. */
export function valueNoise(x: number, y: number, seed: number): number {
  const x0 = Math.floor(x);
  const y0 = Math.floor(y);
  const tx = x - x0;
  const ty = y - y0;
  const sx = tx * tx * (3 - 2 * tx);
  const sy = ty * ty * (3 - 2 * ty);
  const top = latticeValue(x0, y0, seed) * (1 - sx) + latticeValue(x0 + 1, y0, seed) * sx;
  const bottom = latticeValue(x0, y0 + 1, seed) * (1 - sx) + latticeValue(x0 + 1, y0 + 1, seed) * sx;
  return top + (bottom - top) * sy;
}

const smoothStep = (low: number, high: number, value: number) => {
  const t = Math.min(1, Math.max(0, (value - low) / (high - low)));
  return t * t * (3 - 2 * t);
};

/** A texture of the kind that goes with the material. Lengths are in pixels. */
export function drawTexture(family: MaterialFamily, random: Random): Texture {
  const seed = random.integer(-0x80000000, 0x7fffffff);
  const angle = random.between(0, Math.PI);
  const cos = Math.cos(angle);
  const sin = Math.sin(angle);
  switch (family) {
    case 'chart':
      return (_row, _column, out) => {
        out.mix = 0;
        out.relief = 1;
      };
    case 'paint': {
      // brush strokes: noise stretched along one direction
      const length = random.between(30, 60);
      const breadth = random.between(5, 10);
      return (row, column, out) => {
        const along = column * cos + row * sin;
        const across = row * cos - column * sin;
        out.mix = smoothStep(0.25, 0.75, valueNoise(along / length, across / breadth, seed));
        out.relief = 0.96 + 0.04 * valueNoise(along / 12, across / 2, seed + 1);
      };
    }
    case 'textile': {
      // plain weave: two crossed threads; the fold underneath is slow noise
      const period = random.between(4, 8);
      const frequency = (2 * Math.PI) / period;
      const pattern = random.between(12, 28);
      return (row, column, out) => {
        const along = column * cos + row * sin;
        const across = row * cos - column * sin;
        const weave = Math.sin(along * frequency) * Math.sin(across * frequency);
        out.mix = smoothStep(0.45, 0.55, valueNoise(along / pattern, across / pattern, seed));
        out.relief = 0.82 + 0.18 * weave * weave - 0.12 * valueNoise(along / 30, across / 30, seed + 1);
      };
    }
    case 'foliage': {
      // leaves: cells of two scales with dark gaps and light veins
      const size = random.between(9, 18);
      return (row, column, out) => {
        const cell = valueNoise(column / size, row / size, seed);
        const fine = valueNoise((column / size) * 2.7, (row / size) * 2.7, seed + 1);
        const vein = 1 - Math.abs(2 * fine - 1);
        out.mix = cell;
        out.relief = 0.35 + 0.65 * smoothStep(0.1, 0.6, 0.6 * cell + 0.4 * vein);
      };
    }
    case 'wood': {
      // grain: rings that wander
      const period = random.between(5, 14);
      return (row, column, out) => {
        const along = column * cos + row * sin;
        const across = row * cos - column * sin;
        const wander = 2.5 * valueNoise(along / 40, across / 20, seed);
        const phase = across / period + wander;
        out.mix = 0.5 + 0.5 * Math.sin(2 * Math.PI * phase);
        out.relief = 0.9 + 0.1 * valueNoise(along / 14, across / 1.5, seed + 1);
      };
    }
    case 'stone': {
      // grains of two sizes
      const grain = random.between(1.6, 3.2);
      return (row, column, out) => {
        const fine = valueNoise(column / grain, row / grain, seed);
        const coarse = valueNoise(column / (grain * 5), row / (grain * 5), seed + 1);
        out.mix = smoothStep(0.3, 0.7, 0.6 * fine + 0.4 * coarse);
        out.relief = 0.85 + 0.15 * coarse;
      };
    }
    case 'plastic':
      return (row, column, out) => {
        out.mix = 0.15 * valueNoise(column / 40, row / 40, seed);
        out.relief = 1;
      };
  }
}
