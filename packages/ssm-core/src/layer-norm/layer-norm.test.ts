import { toFloat32 } from '@prismamba/formats';
import { eachBackend, expectRelativeError, readGolden } from '@prismamba/testing';
import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-layers'; // registers the gradients of TensorFlow.js' own operators
import { expect, it } from 'vitest';
import { layerNorm } from './layer-norm.js';

const golden = readGolden('ops/layernorm.npz');
const values = (name: string) => toFloat32(golden.get(name)!);
const tensor = (name: string): tf.Tensor => tf.tensor(values(name), [...golden.get(name)!.shape]);

eachBackend('layerNorm', () => {
  it.each([
    ['eps1e5_', 1e-5],
    ['eps1e6_', 1e-6],
    ['tiny_', 1e-5],
  ])('golden %s: forward and every gradient', async (prefix, epsilon) => {
    const inputs = [
      tensor(`${prefix}x`),
      tf.tensor1d(values(`${prefix}weight`)),
      tf.tensor1d(values(`${prefix}bias`)),
    ];
    const dy = tensor(`${prefix}d_y`);
    const f = (x: tf.Tensor, gamma: tf.Tensor, beta: tf.Tensor) =>
      layerNorm({ x, gamma: gamma as tf.Tensor1D, beta: beta as tf.Tensor1D, epsilon });
    const y = f(inputs[0]!, inputs[1]!, inputs[2]!);
    expectRelativeError(await y.data(), values(`${prefix}y`), 2e-6, 'y');
    const gradients = tf.grads(f)(inputs, dy);
    for (const [i, name] of ['grad_x', 'grad_weight', 'grad_bias'].entries()) {
      expectRelativeError(await gradients[i]!.data(), values(prefix + name), 1e-5, name);
    }
    tf.dispose([inputs, dy, y, gradients]);
  });

  it('names what is wrong', () => {
    const x = tf.zeros([2, 3]);
    const gamma = tf.ones<tf.Rank.R1>([2]);
    expect(() => layerNorm({ x, gamma, beta: gamma })).toThrow(
      /layerNorm: gamma: got shape \[2\], wanted \[3\]/,
    );
    tf.dispose([x, gamma]);
  });
});
