import { expectRelativeError, startNativeTensorflow, testNumbers } from '@prismamba/testing';
import { startBackend } from '@prismamba/backend';
import * as tf from '@tensorflow/tfjs-core';
import { expect, it } from 'vitest';
import { disposeModel } from './dispose-model.js';
import { lossGradients } from './gradients/loss-gradients.js';
import { getModel } from './registry.js';

/** Output, loss and the gradient of every weight of the small network, on the current backend. */
async function answerOf(key: string): Promise<Map<string, Float32Array>> {
  const definition = getModel(key);
  const model = definition.build(definition.config.parse(definition.small), { seed: 4 });
  const x = tf.tensor4d(Float32Array.from(testNumbers(4 * 4 * 3, 1), Math.abs), [1, 4, 4, 3]);
  const target = tf.tensor4d(testNumbers(4 * 4 * 31, 2), [1, 4, 4, 31]);
  const output = tf.tidy(() => model.apply(x, { training: false }) as tf.Tensor);
  const { input, weights } = await lossGradients(model, x, target);
  const tensors = new Map([['output', output], ['input', input!], ...weights]);
  const values = new Map<string, Float32Array>();
  for (const [name, tensor] of tensors) values.set(name, await tensor.data<'float32'>());
  tf.dispose([x, target, ...tensors.values()]);
  disposeModel(model);
  return values;
}

// A backend with the kernels of @tensorflow/tfjs-node and no other: nothing may lean on kernels that only other backends have.
it.each(['gmsr-net', 'm3sr', 'agd-net'])(
  '%s runs on the standard kernels of the Node binding, forward and every gradient',
  async (key) => {
    await startBackend('wasm');
    const wanted = await answerOf(key);
    await startNativeTensorflow();
    expect(tf.getBackend()).toBe('tensorflow');
    const got = await answerOf(key);
    await startBackend('cpu');
    expect([...got.keys()]).toEqual([...wanted.keys()]);
    for (const [name, values] of wanted) {
      const most = values.reduce((max, v) => Math.max(max, Math.abs(v)), 0);
      if (most > 1e-7) expectRelativeError(got.get(name)!, values, 1e-3, name);
    }
  },
);
