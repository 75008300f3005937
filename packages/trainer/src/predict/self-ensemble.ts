import * as tf from '@tensorflow/tfjs-core';
import { PredictionError, type Predictor } from './predictor.js';

/** Rows, columns, and the two exchanged: the eight symmetries of the square as three yes/no choices. */
const symmetries = [0, 1, 2, 3, 4, 5, 6, 7].map((bits) => ({
  flipRows: (bits & 1) !== 0,
  flipColumns: (bits & 2) !== 0,
  transpose: (bits & 4) !== 0,
}));

type Symmetry = (typeof symmetries)[number];

function flip(x: tf.Tensor4D, { flipRows, flipColumns }: Symmetry): tf.Tensor4D {
  const axes = [...(flipRows ? [1] : []), ...(flipColumns ? [2] : [])];
  return axes.length === 0 ? x : tf.reverse(x, axes);
}

const exchange = (x: tf.Tensor4D): tf.Tensor4D => tf.transpose(x, [0, 2, 1, 3]);

/**
 * Geometric self-ensemble ("x8"): the mean of the network's answers to the eight flips and transpositions of its input,
 * each turned back, f8(x) = (1/8) sum_s s^-1( f( s(x) ) ).
 *
 * Source: Lim et al., EDSR (CVPRW 2017), section 4. The result is a predictor again: it works on whole images and on
 * tiles. `symmetryCount` 1, 2 (rows), 4 (rows and columns) or 8. Eight calls one after another, batch of 1 each, so
 * networks with statistics over the batch are not mixed; non-square inputs come in both orientations.
 */
export function selfEnsemble(predictor: Predictor, symmetryCount: 1 | 2 | 4 | 8 = 8): Predictor {
  if (![1, 2, 4, 8].includes(symmetryCount)) {
    throw new PredictionError(
      `selfEnsemble: symmetryCount is ${String(symmetryCount)}, but must be 1, 2, 4 or 8.`,
    );
  }
  const used = symmetries.slice(0, symmetryCount);
  return {
    predict: (input) =>
      tf.tidy(() => {
        let sum: tf.Tensor4D | undefined;
        for (const symmetry of used) {
          const next = tf.tidy(() => {
            const flipped = flip(input, symmetry);
            const answer = predictor.predict(symmetry.transpose ? exchange(flipped) : flipped);
            const tensor = (Array.isArray(answer) ? answer[0] : answer) as tf.Tensor4D;
            return flip(symmetry.transpose ? exchange(tensor) : tensor, symmetry).clone();
          });
          const previous: tf.Tensor4D | undefined = sum;
          sum = previous === undefined ? next : tf.add(previous, next);
          if (previous !== undefined) tf.dispose([previous, next]);
        }
        return tf.mul(sum!, 1 / used.length);
      }),
  };
}
