import * as tf from '@tensorflow/tfjs-core';
// Registers the gradients of TensorFlow.js' own operators, as every program with a LayersModel does.
import '@tensorflow/tfjs-layers';
import { eachBackend, testNumbers } from '@prismamba/testing';
import { afterAll, describe, expect, it } from 'vitest';
import * as trainer from '../index.js';

/*
 * The rule of docs/reliability.md for losses: NaN in prediction or target gives a loss of NaN, and NaN in the gradient of what was NaN, so
 * that a training stops; what is finite stays finite; an infinite or a huge number ends nothing.
 */

const SHAPE = [1, 8, 8, 4] as [number, number, number, number];
const SIZE = tf.util.sizeFromShape(SHAPE);
/** Pixel (2, 5), band 1. */
const AT = (2 * 8 + 5) * 4 + 1;

const kernel = () => tf.tensor4d(testNumbers(3 * 3 * 4 * 3, 5), [3, 3, 4, 3]);
const windows = { window: 8, stride: 4 };
const weighted = trainer.weightedLoss([
  { name: 'l1', weight: 1, loss: trainer.l1Loss },
  { name: 'sam', weight: 0.1, loss: trainer.samLoss() },
]);
const losses: Readonly<Record<string, trainer.Loss>> = {
  l1Loss: trainer.l1Loss,
  mseLoss: trainer.mseLoss,
  mraeLoss: trainer.mraeLoss(),
  charbonnierLoss: trainer.charbonnierLoss(),
  samLoss: trainer.samLoss(),
  'agdRankLoss, released': trainer.agdRankLoss(windows),
  'agdRankLoss, intended': trainer.agdRankLoss({ ...windows, form: 'intended' }),
  agdDegradationLoss: trainer.agdDegradationLoss({ kernel }),
  weightedLoss: weighted,
};

afterAll(() => weighted.dispose());

const filled = (value: number) => new Float32Array(SIZE).fill(value);
const drawn = (seed: number) => testNumbers(SIZE, seed, 0.4, 0.5);
function spoilt(value: number): Float32Array {
  const values = drawn(1);
  values[AT] = value;
  return values;
}

function run(loss: trainer.Loss, prediction: Float32Array, target: Float32Array) {
  return tf.tidy(() => {
    const [p, t] = [tf.tensor4d(prediction, SHAPE), tf.tensor4d(target, SHAPE)];
    const rgb = tf.tensor4d(testNumbers((SIZE / 4) * 3, 3), [1, 8, 8, 3]);
    const { value, grad } = tf.valueAndGrad((x) => loss(x as tf.Tensor4D, t, rgb))(p);
    return { value: value.dataSync<'float32'>()[0]!, gradient: grad.dataSync<'float32'>() };
  });
}

eachBackend(
  'odd input of losses',
  () => {
    describe.each(Object.entries(losses))('%s', (name, loss) => {
      it('NaN in the prediction: NaN, and NaN in the gradient there', () => {
        const { value, gradient } = run(loss, spoilt(NaN), drawn(2));
        expect(value).toBeNaN();
        expect(gradient[AT]).toBeNaN();
      });

      it.skipIf(name === 'agdDegradationLoss')(
        'NaN in the target: NaN (agdDegradationLoss does not look at it)',
        () => {
          expect(run(loss, drawn(2), spoilt(NaN)).value).toBeNaN();
        },
      );

      it.each([0, 1, 0.5, -0.5, 1e-40])('both filled with %d: finite', (value) => {
        for (const [prediction, target] of [
          [filled(value), filled(value)],
          [filled(value), drawn(2)],
          [drawn(2), filled(Math.max(0, value))],
        ] as const) {
          const result = run(loss, prediction, target);
          expect(result.value).toSatisfy(Number.isFinite);
          expect(result.gradient.every(Number.isFinite)).toBe(true);
        }
      });

      it('infinite: no finite loss', () => {
        for (const value of [Infinity, -Infinity])
          expect(run(loss, spoilt(value), drawn(2)).value).not.toSatisfy(Number.isFinite);
      });

      it('1e30 ends nothing', () => {
        for (const value of [1e30, -1e30]) run(loss, spoilt(value), drawn(2));
      });
    });
  },
  { allowedTensors: 2 /* the terms that weightedLoss keeps */ },
);

it('every loss of the package is in the table', () => {
  const exported = Object.keys(trainer).filter((key) => /^[a-z]\w*Loss$/.test(key));
  expect(new Set(Object.keys(losses).map((key) => key.split(',')[0]))).toEqual(new Set(exported));
});
