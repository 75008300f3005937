import * as tf from '@tensorflow/tfjs-core';
import { PredictionError, type Predictor, type RgbImage } from './predictor.js';

/** A rectangle of pixels; the image may be looked at upside down and without its first rows and columns. */
export interface Window {
  readonly row: number;
  readonly column: number;
  readonly height: number;
  readonly width: number;
}

/** The network's answer for one window: [height, width, bands], row-major. */
export interface WindowOutput {
  readonly data: Float32Array;
  readonly bands: number;
}

/** Rows `row ... row + height` of the image as an array of their own; `flipped` counts rows from the bottom. */
export function cutWindow(image: RgbImage, window: Window, flipped = false): Float32Array {
  const { row, column, height, width } = window;
  const out = new Float32Array(height * width * 3);
  for (let i = 0; i < height; i++) {
    const source = flipped ? image.height - 1 - (row + i) : row + i;
    const start = (source * image.width + column) * 3;
    out.set(image.data.subarray(start, start + width * 3), i * width * 3);
  }
  return out;
}

/** Runs the network on one image [height, width, 3] (batch of 1) and leaves no tensor behind. */
export async function runPredictor(
  predictor: Predictor,
  rgb: Float32Array,
  height: number,
  width: number,
): Promise<WindowOutput> {
  const output = tf.tidy(() => {
    const input = tf.tensor4d(rgb, [1, height, width, 3]);
    const answer = predictor.predict(input);
    const tensor = Array.isArray(answer) ? answer[0] : answer;
    const shape = tensor?.shape ?? [];
    if (
      tensor === undefined ||
      shape.length !== 4 ||
      shape[0] !== 1 ||
      shape[1] !== height ||
      shape[2] !== width
    ) {
      throw new PredictionError(
        `predict: the network answered [${shape.join(', ')}] to [1, ${height}, ${width}, 3], but ` +
          `[1, ${height}, ${width}, bands] was wanted; choose a tile size that the network keeps (a multiple of its stride).`,
      );
    }
    // A network that gives back its input must not have it disposed together with the temporaries.
    return tensor.clone();
  });
  try {
    return { data: new Float32Array(await output.data()), bands: output.shape[3]! };
  } finally {
    output.dispose();
  }
}
