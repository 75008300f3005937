import { MemorySink, type CubeSink, type PredictedCube } from './cube-sink.js';
import { predictGmsrOfficial } from './gmsr-official.js';
import { createJob, type PredictionJob, type PredictionProgress } from './prediction-job.js';
import { checkImage, PredictionError, type AnyPredictor, type RgbImage } from './predictor.js';
import { selfEnsemble } from './self-ensemble.js';
import type { TileBlend } from './tile-axis.js';
import { padToMultiple } from './pad-to-multiple.js';
import { predictTiled } from './tiled.js';
import { predictWhole } from './whole-image.js';

/** How an image is predicted, as data; belongs into the report beside the scores. */
export type PredictionProtocol =
  | { readonly name: 'whole' }
  | {
      readonly name: 'tiles';
      /** Default 256. */
      readonly size?: number;
      /** Default an eighth of the size. */
      readonly overlap?: number;
      /** Default `linear`. */
      readonly blend?: TileBlend;
    }
  | {
      readonly name: 'gmsr-official';
      /** Default 128. */
      readonly patch?: number;
      /** Default `ensemble`. */
      readonly stages?: 'tiles' | 'ensemble';
    };

export const predictionProtocolNames = [
  'whole',
  'tiles',
  'gmsr-official',
] as const satisfies readonly PredictionProtocol['name'][];

export interface PredictOptions {
  /** Default `{ name: 'whole' }`. */
  readonly protocol?: PredictionProtocol | undefined;
  /** Number of flips and transpositions averaged in each call of the network; default 1 (none). */
  readonly selfEnsemble?: 1 | 2 | 4 | 8 | undefined;
  /** For networks that need sides that are multiples of this: see `padToMultiple`; default 1 (any side). */
  readonly sizeMultiple?: number | undefined;
  /** Limits of the final values; default null (none). `gmsr-official` is always in [0, 1]. */
  readonly clip?: readonly [low: number, high: number] | null | undefined;
  readonly onProgress?: ((progress: PredictionProgress) => void) | undefined;
  /** When it aborts, the prediction rejects with its reason before the next window. */
  readonly signal?: AbortSignal | undefined;
}

function runProtocol(job: PredictionJob, protocol: PredictionProtocol): Promise<void> {
  switch (protocol.name) {
    case 'whole':
      return predictWhole(job);
    case 'tiles': {
      const { size = 256, blend = 'linear' } = protocol;
      return predictTiled(job, { size, overlap: protocol.overlap ?? Math.floor(size / 8), blend });
    }
    case 'gmsr-official':
      return predictGmsrOfficial(job, {
        patch: protocol.patch ?? 128,
        stages: protocol.stages ?? 'ensemble',
      });
    default: {
      const { name } = protocol as { name: string };
      throw new PredictionError(
        `predict: unknown protocol '${name}'; known: ${predictionProtocolNames.join(', ')}.`,
      );
    }
  }
}

/**
 * Predicts an image into a sink, row block by row block from the top, so that the cube need not fit into memory: a
 * 4,000 x 3,000 photo has a cube of 1.5 GB. The network is a `tf.LayersModel`, or one on arrays of any other engine
 * (`ArrayPredictor`). Nothing is left in tensor memory. If anything fails the sink's `abort` runs
 * and the error is passed on.
 *
 * @throws PredictionError where the network answers NaN or infinity: tile, count, first place, and whether the image holds
 *   such values itself.
 */
export async function predictInto(
  predictor: AnyPredictor,
  image: RgbImage,
  sink: CubeSink,
  options: PredictOptions = {},
): Promise<void> {
  checkImage('predict', image);
  const { protocol = { name: 'whole' }, clip = null, onProgress, signal } = options;
  if (clip !== null && !(clip[0] < clip[1])) {
    throw new PredictionError(`predict: clip is [${clip.join(', ')}], but needs low < high.`);
  }
  const count = options.selfEnsemble ?? 1;
  const fitting = padToMultiple(predictor, options.sizeMultiple ?? 1);
  const network = count === 1 ? fitting : selfEnsemble(fitting, count);
  const job = createJob(network, image, clip, sink, onProgress, signal);
  try {
    await runProtocol(job, protocol);
    await sink.end();
  } catch (error) {
    await sink.abort(error);
    throw error;
  }
}

/** {@link predictInto} memory: the predicted cube [height, width, bands]. */
export async function predictImage(
  predictor: AnyPredictor,
  image: RgbImage,
  options: PredictOptions = {},
): Promise<PredictedCube> {
  const sink = new MemorySink();
  await predictInto(predictor, image, sink, options);
  return sink.cube;
}
