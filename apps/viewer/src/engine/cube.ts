import type { CubeInfo, Region, RegionSpectrum } from './messages.js';

/** A cube in the engine's memory: [height, width, bands] row-major, float32. */
export interface LoadedCube {
  readonly info: CubeInfo;
  readonly data: Float32Array;
}

/** The picture is bright where 0.5 % of the sampled values are brighter: highlights do not darken the rest. */
const SHARE_BELOW_WHITE = 0.995;
const SAMPLES = 200_000;

/**
 * The value that is drawn white: one for data within 0 to 1 that use the range, else the 99.5th percentile of a regular sample.
 */
export function whiteOf(data: Float32Array): number {
  const stride = Math.max(1, Math.floor(data.length / SAMPLES));
  const sample: number[] = [];
  for (let i = 0; i < data.length; i += stride) if (Number.isFinite(data[i])) sample.push(data[i]!);
  sample.sort((a, b) => a - b);
  const high = sample[Math.floor(SHARE_BELOW_WHITE * (sample.length - 1))] ?? 1;
  return high > 0 ? high : 1;
}

/** Mean and standard deviation of the spectra of a region, which lies inside the cube. */
export function regionSpectrum(
  { data, info }: LoadedCube,
  region: Region,
): Pick<RegionSpectrum, 'mean' | 'spread'> {
  const bands = info.wavelengths.length;
  const sum = new Float64Array(bands);
  const squares = new Float64Array(bands);
  for (let y = region.y; y < region.y + region.height; y++) {
    for (let x = region.x; x < region.x + region.width; x++) {
      const start = (y * info.width + x) * bands;
      for (let band = 0; band < bands; band++) {
        const value = data[start + band]!;
        sum[band]! += value;
        squares[band]! += value * value;
      }
    }
  }
  const count = region.width * region.height;
  const mean = Array.from(sum, (value) => value / count);
  const spread = Array.from(squares, (value, band) =>
    Math.sqrt(Math.max(0, value / count - mean[band]! ** 2)),
  );
  return { mean, spread };
}

export function checkRegion(region: Region, { height, width }: CubeInfo): void {
  const { x, y } = region;
  if (x >= 0 && y >= 0 && x + region.width <= width && y + region.height <= height) return;
  throw new RangeError(
    `The region ${x},${y} of ${region.width} x ${region.height} pixels leaves the picture of ${width} x ${height} pixels.`,
  );
}

/** True where bands of two cubes can be compared one by one. */
export const sameBands = (a: readonly number[], b: readonly number[]) =>
  a.length === b.length && a.every((nm, i) => Math.abs(nm - b[i]!) < 0.5);
