import type * as tf from '@tensorflow/tfjs-core';

/**
 * A network on tensors: any `tf.LayersModel` is one. Input [B, H, W, 3], output [B, H, W, bands] of the
 * same height and width, float32. `predict` runs inside `tf.tidy`: temporaries that it leaves are disposed.
 */
export interface Predictor {
  predict(input: tf.Tensor4D): tf.Tensor | tf.Tensor[];
}

/** A network on plain arrays, an image at a time: what any engine can offer, also one that is not TensorFlow.js. */
export interface ArrayPredictor {
  /** @param rgb [height, width, 3] row-major; stays the caller's and is not changed */
  predictArray(rgb: Float32Array, height: number, width: number): Promise<NetworkAnswer>;
}

/** What a network answers to an image: [height, width, bands], row-major; belongs to who asked. */
export interface NetworkAnswer {
  readonly data: Float32Array;
  readonly bands: number;
}

/** What prediction takes: tiling, padding and self-ensemble work on arrays, whatever computes the network. */
export type AnyPredictor = Predictor | ArrayPredictor;

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
