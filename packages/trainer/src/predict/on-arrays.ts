import * as tf from '@tensorflow/tfjs-core';
import {
  PredictionError,
  type AnyPredictor,
  type ArrayPredictor,
  type NetworkAnswer,
  type Predictor,
} from './predictor.js';

/** A network on arrays, whichever kind came. */
export function onArrays(predictor: AnyPredictor): ArrayPredictor {
  if ('predictArray' in predictor) return predictor;
  return { predictArray: (rgb, height, width) => runPredictor(predictor, rgb, height, width) };
}

/** Runs the network on one image [height, width, 3] (batch of 1) and leaves no tensor behind. */
async function runPredictor(
  predictor: Predictor,
  rgb: Float32Array,
  height: number,
  width: number,
): Promise<NetworkAnswer> {
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
