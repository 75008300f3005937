import { PredictionError } from './predictor.js';

/** How overlapping tiles are mixed: the plain mean, or weights that fall linearly to the tile's edge. */
export const tileBlends = ['uniform', 'linear'] as const;
export type TileBlend = (typeof tileBlends)[number];

/** Tiles along one axis: where each starts, and the weight of each of its positions. */
export interface TileAxis {
  /** Length of every tile: `size`, or the axis where that is shorter. */
  readonly length: number;
  readonly starts: readonly number[];
  /** One array of `length` weights a tile; at each position of the axis the weights of its tiles sum to 1. */
  readonly weights: readonly Float64Array[];
}

/**
 * Tiles of `size` every `size - overlap`; the last is moved back so that it ends with the axis.
 *
 * Raw weight of position i: `uniform` 1; `linear` min(i + 1, size - i, overlap + 1) / (overlap + 1). Divided by their
 * sum over the tiles that cover a position, so a position with one tile has weight exactly 1. The weight of a pixel is
 * the product of its two axes' weights, which sums to 1 as well because the tiles form a grid.
 */
export function tileAxis(extent: number, size: number, overlap: number, blend: TileBlend): TileAxis {
  if (!Number.isInteger(size) || size < 1) {
    throw new PredictionError(`tiles: size is ${size}, but must be a positive integer.`);
  }
  if (!Number.isInteger(overlap) || overlap < 0 || overlap >= size) {
    throw new PredictionError(
      `tiles: overlap is ${overlap}, but must be an integer from 0 to size - 1 = ${size - 1}.`,
    );
  }
  if (!tileBlends.includes(blend)) {
    throw new PredictionError(
      `tiles: blend is '${String(blend)}', but must be one of ${tileBlends.join(', ')}.`,
    );
  }
  const length = Math.min(size, extent);
  const starts: number[] = [];
  for (let start = 0; start + length < extent; start += size - overlap) starts.push(start);
  starts.push(extent - length);

  const raw = (i: number): number =>
    blend === 'uniform' ? 1 : Math.min(i + 1, length - i, overlap + 1) / (overlap + 1);
  const total = new Float64Array(extent);
  for (const start of starts) for (let i = 0; i < length; i++) total[start + i]! += raw(i);
  const weights = starts.map((start) => Float64Array.from({ length }, (_, i) => raw(i) / total[start + i]!));
  return { length, starts, weights };
}
