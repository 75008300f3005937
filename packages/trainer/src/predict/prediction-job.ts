import type { CubeSink } from './cube-sink.js';
import { PredictionError, type ArrayPredictor, type NetworkAnswer, type RgbImage } from './predictor.js';
import { cutWindow, type Window } from './window.js';

export interface PredictionProgress {
  /** Windows that the network has answered, and all of them. */
  readonly done: number;
  readonly total: number;
}

/** What every way of predicting gets: the network, the image, and where the result goes. */
export interface PredictionJob {
  readonly image: RgbImage;
  /** Limits of the final values; null leaves them. */
  readonly clip: readonly [low: number, high: number] | null;
  readonly sink: CubeSink;
  /** To be called once, before the first `infer`. */
  expect(total: number): void;
  /** The network on one window of the image; reports progress, sees the abort signal. */
  infer(window: Window, flipped?: boolean): Promise<NetworkAnswer>;
}

/** @throws PredictionError where the answer to a window holds NaN or infinity: it would spread into the cube. */
function checkFinite(
  { data, bands }: NetworkAnswer,
  { row, column, height, width }: Window,
  rgb: Float32Array,
  flipped: boolean,
  place: { readonly done: number; readonly total: number },
): void {
  const first = data.findIndex((value) => !Number.isFinite(value));
  if (first < 0) return;
  const count = data.reduce((sum, value) => sum + (Number.isFinite(value) ? 0 : 1), 0);
  const badInput = rgb.reduce((sum, value) => sum + (Number.isFinite(value) ? 0 : 1), 0);
  const pixel = Math.floor(first / bands);
  const cause =
    badInput > 0
      ? `the image itself holds ${badInput} such values there`
      : 'the image is finite there, so the weights or the network are the cause';
  throw new PredictionError(
    `predict: tile ${place.done + 1} of ${place.total}, ${height} x ${width} pixels at row ${row}, column ${column}` +
      `${flipped ? ' of the flipped image' : ''}: ${count} of ${data.length} values are not finite, the first (${data[first]}) ` +
      `in its row ${Math.floor(pixel / width)}, column ${pixel % width}, band ${first % bands}; ${cause}.`,
  );
}

/** What V8, our kernels and TensorFlow.js's own say where the memory is full; the last two end in an access beyond it. */
const FULL =
  /no room for|allocation failed|invalid (typed )?array (buffer )?length|out of memory|memory access out of bounds/i;

/** @throws PredictionError with what to do where the memory does not hold what the network makes of a window */
async function answerOf(
  predictor: ArrayPredictor,
  rgb: Float32Array,
  { height, width }: Window,
): Promise<NetworkAnswer> {
  try {
    return await predictor.predictArray(rgb, height, width);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    if (!FULL.test(reason)) throw cause;
    throw new PredictionError(
      `predict: ${height} x ${width} pixels at once are too many for the memory (${reason}); choose the protocol 'tiles', or smaller tiles.`,
      { cause },
    );
  }
}

export function createJob(
  predictor: ArrayPredictor,
  image: RgbImage,
  clip: readonly [number, number] | null,
  sink: CubeSink,
  onProgress: ((progress: PredictionProgress) => void) | undefined,
  signal: AbortSignal | undefined,
): PredictionJob {
  let done = 0;
  let total = 0;
  let bands: number | undefined;
  return {
    image,
    clip,
    sink,
    expect(windows) {
      total = windows;
    },
    async infer(window, flipped = false) {
      // A signal of the system arrives in a turn of the event loop, which computing alone never gives.
      if (signal !== undefined) await new Promise((resolve) => setTimeout(resolve, 0));
      signal?.throwIfAborted();
      const rgb = cutWindow(image, window, flipped);
      const { height, width } = window;
      const output = await answerOf(predictor, rgb, window);
      if (output.data.length !== height * width * output.bands) {
        throw new PredictionError(
          `predict: the network answered ${output.data.length} values to [${height}, ${width}, 3], but [${height}, ${width}, ` +
            `${output.bands}] needs ${height * width * output.bands}.`,
        );
      }
      if (bands !== undefined && bands !== output.bands) {
        throw new PredictionError(
          `predict: the network answered ${output.bands} bands after ${bands} before.`,
        );
      }
      checkFinite(output, window, rgb, flipped, { done, total });
      bands = output.bands;
      done++;
      onProgress?.({ done, total });
      return output;
    },
  };
}

/** Limits values in place; NaN stays NaN. */
export function clipInPlace(data: Float32Array, clip: readonly [number, number] | null): void {
  if (clip === null) return;
  const [low, high] = clip;
  for (let i = 0; i < data.length; i++) data[i] = Math.min(high, Math.max(low, data[i]!));
}
