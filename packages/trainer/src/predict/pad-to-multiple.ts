import * as tf from '@tensorflow/tfjs-core';
import { checkPositiveInteger, PredictionError, type Predictor } from './predictor.js';

/**
 * For networks that need a height and width that are multiples of some number (because they halve them several times):
 * pads the input at the bottom and right by reflection without repeating the border, and cuts the answer back.
 *
 * Inputs that fit are passed on untouched. The padding is our choice where a paper does not say its own.
 * @throws PredictionError when a side is so small that it cannot be reflected far enough
 */
export function padToMultiple(predictor: Predictor, multiple: number): Predictor {
  checkPositiveInteger('padToMultiple', 'multiple', multiple);
  return {
    predict: (input) => {
      const [batch, height, width] = input.shape;
      const bottom = (multiple - (height % multiple)) % multiple;
      const right = (multiple - (width % multiple)) % multiple;
      if (bottom === 0 && right === 0) return predictor.predict(input);
      if (bottom >= height || right >= width) {
        throw new PredictionError(
          `padToMultiple: a ${height} x ${width} image cannot be reflected to ${height + bottom} x ${width + right}; ` +
            `the network wants multiples of ${multiple}, so use images or tiles of at least ${Math.ceil((multiple + 1) / 2)} pixels.`,
        );
      }
      return tf.tidy(() => {
        const padding: [number, number][] = [
          [0, 0],
          [0, bottom],
          [0, right],
          [0, 0],
        ];
        const answer = predictor.predict(tf.mirrorPad(input, padding, 'reflect'));
        const tensor = (Array.isArray(answer) ? answer[0] : answer) as tf.Tensor4D;
        return tf.slice(tensor, [0, 0, 0, 0], [batch, height, width, -1]);
      });
    },
  };
}
