import * as tf from '@tensorflow/tfjs-core';
import { eachBackend, expectClose } from '@prismamba/testing';
import { expect, it } from 'vitest';
import { clipGradients, clipOnDevice } from './clip-gradients.js';

eachBackend('clipGradients', () => {
  it.each([
    [1, 1 / (5 + 1e-6)],
    [10, 1],
  ])('to a global norm of %d', async (maxNorm, scale) => {
    const given = new Map<string, tf.Tensor>([
      ['a', tf.tensor1d([3, 0])],
      ['b', tf.tensor2d([[-4]])],
    ]);
    const { gradients, norm } = clipGradients(given, maxNorm);
    expect(norm).toBeCloseTo(5, 6);
    expectClose(await gradients.get('a')!.data(), [3 * scale, 0]);
    expectClose(await gradients.get('b')!.data(), [-4 * scale]);
    const onDevice = clipOnDevice(given, maxNorm);
    expectClose(await onDevice.get('a')!.data(), [3 * scale, 0]);
    expectClose(await onDevice.get('b')!.data(), [-4 * scale]);
    tf.dispose([...given.values(), ...gradients.values(), ...onDevice.values()]);
  });

  it('refuses a norm of 0', () => {
    expect(() => clipGradients(new Map(), 0)).toThrow('clipGradients: maxNorm is 0');
    expect(() => clipOnDevice(new Map(), 0)).toThrow('clipGradients: maxNorm is 0');
  });
});
