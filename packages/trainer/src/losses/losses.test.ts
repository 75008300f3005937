import * as tf from '@tensorflow/tfjs-core';
// Registers the gradients of TensorFlow.js' own operators, as every program with a LayersModel does.
import '@tensorflow/tfjs-layers';
import { eachBackend, expectClose } from '@prismamba/testing';
import { expect, it } from 'vitest';
import { l1Loss } from './l1-loss.js';
import { mraeLoss } from './mrae-loss.js';
import { mseLoss } from './mse-loss.js';
import type { Loss } from './loss.js';

const prediction = [0.5, 0.25, 1, 0];
const target = [0.75, 0.25, 0.5, 1];

/** Value, and the gradient with respect to the prediction. */
async function run(loss: Loss): Promise<[number, number[]]> {
  const p = tf.tensor4d(prediction, [1, 2, 1, 2]);
  const t = tf.tensor4d(target, [1, 2, 1, 2]);
  const { value, grad } = tf.valueAndGrad((x) => loss(x as tf.Tensor4D, t))(p);
  const result: [number, number[]] = [
    (await value.data<'float32'>())[0]!,
    [...(await grad.data<'float32'>())],
  ];
  tf.dispose([p, t, value, grad]);
  return result;
}

eachBackend('losses', () => {
  it('l1Loss: mean |p - t|, gradient sign / n, 0 at equality', async () => {
    const [value, gradient] = await run(l1Loss);
    expect(value).toBeCloseTo(1.75 / 4, 6);
    expectClose(gradient, [-0.25, 0, 0.25, -0.25]);
  });
  it('mseLoss: mean (p - t)^2', async () => {
    const [value, gradient] = await run(mseLoss);
    expect(value).toBeCloseTo((0.0625 + 0.25 + 1) / 4, 6);
    expectClose(gradient, [-0.125, 0, 0.25, -0.5]);
  });
  it('mraeLoss: mean |p - t| / (t + epsilon)', async () => {
    const [value, gradient] = await run(mraeLoss({ epsilon: 0.25 }));
    expect(value).toBeCloseTo((0.25 / 1 + 0.5 / 0.75 + 1 / 1.25) / 4, 6);
    expectClose(gradient, [-0.25, 0, 0.25 / 0.75, -0.25 / 1.25]);
  });
  it.each([
    ['l1Loss', l1Loss],
    ['mseLoss', mseLoss],
    ['mraeLoss', mraeLoss()],
  ])('%s refuses a target that would be broadcast', (name, loss) => {
    const p = tf.zeros<tf.Rank.R4>([1, 2, 2, 31]);
    const t = tf.zeros<tf.Rank.R4>([1, 2, 2, 1]);
    expect(() => loss(p, t)).toThrow(`${name}: prediction has shape [1, 2, 2, 31], target [1, 2, 2, 1]`);
    tf.dispose([p, t]);
  });
});
