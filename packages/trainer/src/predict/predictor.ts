import type * as tf from '@tensorflow/tfjs-core';

/**
 * What prediction needs of a network: any `tf.LayersModel` is one. Input [B, H, W, 3], output [B, H, W, bands] of the
 * same height and width, float32. `predict` runs inside `tf.tidy`: temporaries that it leaves are disposed.
 */
export interface Predictor {
  predict(input: tf.Tensor4D): tf.Tensor | tf.Tensor[];
}

/** An RGB image in memory: row-major, channel last, R, G, B, in [0, 1]. */
export interface RgbImage {
  readonly data: Float32Array;
  readonly height: number;
  readonly width: number;
}

/** Thrown for images, options and networks that cannot be combined; says what came, what was wanted, and the fix. */
export class PredictionError extends RangeError {
  override readonly name = 'PredictionError';
}

export function checkImage(caller: string, { data, height, width }: RgbImage): void {
  if (!Number.isInteger(height) || !Number.isInteger(width) || height < 1 || width < 1) {
    throw new PredictionError(`${caller}: image is ${height} x ${width}, but needs at least one pixel.`);
  }
  if (data.length !== height * width * 3) {
    throw new PredictionError(
      `${caller}: image.data has ${data.length} values, but [${height}, ${width}, 3] needs ${height * width * 3}.`,
    );
  }
}

export function checkPositiveInteger(caller: string, argument: string, value: number): void {
  if (!Number.isInteger(value) || value < 1) {
    throw new PredictionError(`${caller}: ${argument} is ${value}, but must be a positive integer.`);
  }
}
