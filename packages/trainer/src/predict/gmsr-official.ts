import { GmsrTilePass } from './gmsr-tile-pass.js';
import { clipInPlace, type PredictionJob } from './prediction-job.js';
import { checkPositiveInteger, PredictionError } from './predictor.js';

export interface GmsrOfficialOptions {
  /** Tile size and stride in pixels; 128 in the paper's code. */
  readonly patch: number;
  /** `tiles` is a single pass; `ensemble` (the official result) adds the shifted pass and the flipped image. */
  readonly stages: 'tiles' | 'ensemble';
}

/** Rows handed to the sink at a time. */
const blockRows = 64;

/**
 * GMSR-Net's official test procedure: (1) tiles P x P, see `GmsrTilePass`; (2) a second pass over rgb[P/2:, P/2:],
 * averaged into the region that it covers, (a + b) / 2; (3) both on the image turned upside down, turned back, averaged;
 * clip to [0, 1]. So a 2-fold shift and a 2-fold flip ensemble: four answers a pixel, except in the first P/2 rows and
 * columns.
 *
 * Source: arXiv 2405.07777, released test code. Memory beside image and sink: at most two tile rows
 * [P, width, bands] float32 for each of the four passes.
 */
export async function predictGmsrOfficial(job: PredictionJob, options: GmsrOfficialOptions): Promise<void> {
  const { patch, stages } = options;
  const { height, width } = job.image;
  checkPositiveInteger('gmsr-official', 'patch', patch);
  const half = Math.floor(patch / 2);
  const smallest = stages === 'ensemble' ? patch + half : patch;
  if (height < smallest || width < smallest) {
    throw new PredictionError(
      `gmsr-official: the image is ${height} x ${width}, but ${stages} of patch ${patch} need at least ` +
        `${smallest} x ${smallest} pixels; use a smaller patch, or the protocol 'whole'.`,
    );
  }
  const makePair = (flipped: boolean) => ({
    flipped,
    plain: new GmsrTilePass(job, patch, 0, flipped),
    shifted: stages === 'ensemble' ? new GmsrTilePass(job, patch, half, flipped) : undefined,
  });
  type Pair = ReturnType<typeof makePair>;
  const pairs = stages === 'ensemble' ? [makePair(false), makePair(true)] : [makePair(false)];
  job.expect(pairs.reduce((sum, pair) => sum + pair.plain.windows + (pair.shifted?.windows ?? 0), 0));

  /** One row of the pair's own (perhaps flipped) image, plain and shifted pass averaged. */
  async function pairRow({ plain, shifted, flipped }: Pair, row: number): Promise<Float32Array> {
    const own = flipped ? height - 1 - row : row;
    const values = await plain.readRow(own);
    if (shifted !== undefined && own >= half) {
      const other = await shifted.readRow(own - half);
      const start = half * plain.bands;
      for (let i = 0; i < other.length; i++) values[start + i] = (values[start + i]! + other[i]!) / 2;
    }
    return values;
  }

  let block = new Float32Array(0);
  let rowLength = 0;
  for (let top = 0; top < height; top += blockRows) {
    const rows = Math.min(blockRows, height - top);
    for (let i = 0; i < rows; i++) {
      const [first, second] = [
        await pairRow(pairs[0]!, top + i),
        pairs[1] && (await pairRow(pairs[1], top + i)),
      ];
      if (rowLength === 0) {
        const { bands } = pairs[0]!.plain;
        rowLength = width * bands;
        block = new Float32Array(blockRows * rowLength);
        await job.sink.begin({ height, width, bands });
      }
      for (let n = 0; n < rowLength; n++) {
        block[i * rowLength + n] = second === undefined ? first[n]! : (first[n]! + second[n]!) / 2;
      }
    }
    const finished = block.subarray(0, rows * rowLength);
    // Every pass lies in [0, 1] already; the caller's limits come on top.
    clipInPlace(finished, job.clip);
    await job.sink.writeRows(top, rows, finished);
  }
}
