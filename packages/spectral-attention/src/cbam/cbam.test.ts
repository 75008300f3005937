import * as tfl from '@tensorflow/tfjs-layers';
import * as tf from '@tensorflow/tfjs-core';
import { checkGradient, eachBackend, expectRelativeError, testNumbers, valuesOf } from '@prismamba/testing';
import { expect, it } from 'vitest';
import { Cbam } from './cbam.layer.js';
import { cbam } from './cbam.js';
import { cbamReference } from './cbam.reference.js';

const shape: [number, number, number, number] = [2, 5, 6, 7];
const hidden = 3;
const kernelSize = 3;
const arrays = [
  testNumbers(2 * 5 * 6 * 7, 1),
  testNumbers(7 * hidden, 2),
  testNumbers(hidden * 7, 3),
  testNumbers(kernelSize * kernelSize * 2, 4),
] as const;
const weights = testNumbers(2 * 5 * 6 * 7, 5);

const reference = ([x, fc0, fc2, filter]: readonly ArrayLike<number>[]) =>
  cbamReference({ x: x!, shape, fc0: fc0!, fc2: fc2!, hidden, filter: filter!, kernelSize });

const run = (...inputs: tf.Tensor[]): tf.Tensor4D =>
  cbam({
    x: inputs[0] as tf.Tensor4D,
    fc0: inputs[1] as tf.Tensor2D,
    fc2: inputs[2] as tf.Tensor2D,
    filter: inputs[3] as tf.Tensor4D,
  });

const tensors = () => [
  tf.tensor4d(arrays[0], shape),
  tf.tensor2d(arrays[1], [7, hidden]),
  tf.tensor2d(arrays[2], [hidden, 7]),
  tf.tensor4d(arrays[3], [kernelSize, kernelSize, 2, 1]),
];

eachBackend('cbam', () => {
  it('equals the loops', async () => {
    const [y] = await valuesOf(() => [run(...tensors())]);
    expectRelativeError(y!, reference(arrays), 2e-6);
  });

  it('has the gradient of every input', async () => {
    const gradients = await valuesOf(() =>
      tf.grads((...inputs: tf.Tensor[]) => run(...inputs))(tensors(), tf.tensor4d(weights, shape)),
    );
    checkGradient({
      f: (inputs) => reference(inputs).reduce((sum, value, i) => sum + value * weights[i]!, 0),
      inputs: arrays.map((array) => Float64Array.from(array)),
      gradients,
      tolerance: 2e-5,
      names: ['x', 'fc0', 'fc2', 'filter'],
    });
  });

  it('is a layer that saves and restores itself', async () => {
    const layer = new Cbam({ name: 'cbam', reduction: 4, kernelSize: 5, seed: 3 });
    const model = tfl.sequential({ layers: [tfl.layers.inputLayer({ inputShape: [null, null, 8] }), layer] });
    const copy = new Cbam(layer.getConfig());
    const twin = tfl.sequential({ layers: [tfl.layers.inputLayer({ inputShape: [null, null, 8] }), copy] });
    expect(layer.getWeights().map((w) => w.shape)).toEqual([
      [8, 2],
      [2, 8],
      [5, 5, 2, 1],
    ]);
    // Same config and seed: the same initial values, the same result.
    const [there, here] = await valuesOf(() => {
      const x = tf.tensor4d(testNumbers(3 * 4 * 8, 9), [1, 3, 4, 8]);
      return [twin.predict(x) as tf.Tensor, model.predict(x) as tf.Tensor];
    });
    expect(there).toEqual(here);
    model.dispose();
    twin.dispose();
  });

  it('names what is wrong', () => {
    tf.tidy(() => {
      const [x, fc0, fc2] = tensors() as [tf.Tensor4D, tf.Tensor2D, tf.Tensor2D];
      expect(() => cbam({ x, fc0: fc2, fc2: fc0, filter: tf.zeros([3, 3, 2, 1]) })).toThrow(
        /cbam: fc0: got shape \[3, 7\]/,
      );
      expect(() => cbam({ x, fc0, fc2, filter: tf.zeros([4, 4, 2, 1]) })).toThrow(
        /filter: got an even size 4/,
      );
    });
    expect(() => new Cbam({ kernelSize: 6 })).toThrow(/kernelSize: got 6, wanted an odd number/);
  });
});
