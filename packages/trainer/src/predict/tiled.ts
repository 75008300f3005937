import { clipInPlace, type PredictionJob } from './prediction-job.js';
import { tileAxis, type TileBlend } from './tile-axis.js';

export interface TileOptions {
  /** Height and width of a tile in pixels; shorter sides of the image are taken whole. */
  readonly size: number;
  /** Pixels that neighbours share; more at the far borders, where the last tile is moved back. */
  readonly overlap: number;
  readonly blend: TileBlend;
}

/**
 * Tiles with overlap, one row of tiles after the other: out = sum over tiles of w_tile * tile, weights that sum to 1
 * (see `tileAxis`). Rows that no later tile reaches go to the sink at once.
 *
 * Memory beside the image and the sink: one accumulator of [size, width, bands] float32, one tile, and what the network
 * itself needs for a tile. A network with global statistics (GMSR-Net normalises over the whole tensor) answers
 * differently for a tile than for the image: see docs/prediction.md.
 */
export async function predictTiled(job: PredictionJob, { size, overlap, blend }: TileOptions): Promise<void> {
  const { height, width } = job.image;
  const vertical = tileAxis(height, size, overlap, blend);
  const horizontal = tileAxis(width, size, overlap, blend);
  job.expect(vertical.starts.length * horizontal.starts.length);

  let accumulator = new Float32Array(0);
  let bands = 0;
  for (const [tileRow, top] of vertical.starts.entries()) {
    for (const [tileColumn, left] of horizontal.starts.entries()) {
      const window = { row: top, column: left, height: vertical.length, width: horizontal.length };
      const tile = await job.infer(window);
      if (bands === 0) {
        bands = tile.bands;
        accumulator = new Float32Array(vertical.length * width * bands);
        await job.sink.begin({ height, width, bands });
      }
      const rowWeights = vertical.weights[tileRow]!;
      const columnWeights = horizontal.weights[tileColumn]!;
      for (let i = 0; i < vertical.length; i++) {
        for (let j = 0; j < horizontal.length; j++) {
          const weight = rowWeights[i]! * columnWeights[j]!;
          const from = (i * horizontal.length + j) * bands;
          const to = (i * width + left + j) * bands;
          for (let b = 0; b < bands; b++) accumulator[to + b]! += weight * tile.data[from + b]!;
        }
      }
    }
    const nextTop = vertical.starts[tileRow + 1] ?? height;
    const finished = accumulator.subarray(0, (nextTop - top) * width * bands);
    clipInPlace(finished, job.clip);
    await job.sink.writeRows(top, nextTop - top, finished);
    accumulator.copyWithin(0, finished.length);
    accumulator.fill(0, accumulator.length - finished.length);
  }
}
