import { eachBackend, expectClose, testNumbers } from '@prismamba/testing';
import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-layers'; // registers the gradients of TensorFlow.js' own operators
import { expect, it } from 'vitest';
import { recompute } from './recompute.js';

const f = (x: tf.Tensor, w: tf.Tensor) => tf.tanh(tf.mul(tf.matMul(x as tf.Tensor2D, w as tf.Tensor2D), 2));

eachBackend('recompute', () => {
  it('gives the gradients of f, also between other operators and twice in a row', async () => {
    const x = tf.tensor2d(testNumbers(6, 1), [2, 3]);
    const w = tf.tensor2d(testNumbers(9, 2), [3, 3]);
    const loss = (g: typeof f) => (a: tf.Tensor, b: tf.Tensor) =>
      tf.sum<tf.Scalar>(tf.square(g(g(tf.exp(a), b), tf.add(b, 1))));
    const plain = tf.grads(loss(f))([x, w]);
    const again = tf.grads(loss((a, b) => recompute(f, [a, b])))([x, w]);
    for (const [i, gradient] of plain.entries()) {
      expectClose(await again[i]!.data(), await gradient.data(), { rtol: 1e-6, atol: 1e-7 });
    }
    expect(Math.max(...(await plain[1]!.data()).map(Math.abs))).toBeGreaterThan(1e-3);
    tf.dispose([x, w, plain, again]);
  });

  it('keeps only the inputs between forward and backward', () => {
    const held = (g: (x: tf.Tensor) => tf.Tensor): number =>
      tf.tidy(() => {
        let count = 0;
        tf.grad((x) => {
          const before = tf.memory().numTensors;
          const y = g(x);
          count = tf.memory().numTensors - before;
          return tf.sum(y);
        })(tf.ones([2]));
        return count;
      });
    const chain = (x: tf.Tensor) => tf.sin(tf.cos(tf.sin(tf.cos(tf.exp(x)))));
    expect(held((x) => recompute(chain, [x]))).toBeLessThan(held(chain) / 2);
  });
});
