import { eachBackend, expectRelativeError, testNumbers } from '@prismamba/testing';
import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-layers'; // registers the gradients of TensorFlow.js' own operators
import { expect, it } from 'vitest';
import { hasKernel } from '../simd/usable.wasm.js';
import { SHORT_CONV, SHORT_CONV_INPUTS } from './short-conv.gradient.js';
import { shortConv, shortConvComposed, type ShortConvArgs } from './short-conv.js';

const make = (shape: number[], seed: number, scale = 1) =>
  tf.tensor(
    testNumbers(
      shape.reduce((a, b) => a * b, 1),
      seed,
      scale,
    ),
    shape,
  );
const named = (values: readonly tf.Tensor[], length: number): ShortConvArgs =>
  ({
    ...Object.fromEntries(SHORT_CONV_INPUTS.map((name, i) => [name, values[i]!])),
    length,
  }) as unknown as ShortConvArgs;

eachBackend('shortConv', (backend) => {
  it.each([
    { sequences: 1, length: 1, D: 4, K: 4 },
    { sequences: 33, length: 4, D: 62, K: 4 },
    { sequences: 3, length: 9, D: 7, K: 3 },
    { sequences: 3, length: 2, D: 3, K: 4 },
  ])(
    '$sequences x $length tokens, D $D, K $K: equals the composed form, with every gradient',
    async (size) => {
      const { sequences, length, D, K } = size;
      expect(hasKernel(SHORT_CONV)).toBe(backend === 'wasm');
      const tokens = sequences * length;
      const inputs = [make([tokens, 2 * D], 1, 2), make([D, 1, K], 2), make([D], 3)];
      const dy = make([tokens, D], 4);
      const run = (...values: tf.Tensor[]): tf.Tensor => shortConv(named(values, length));
      const composed = (...values: tf.Tensor[]): tf.Tensor => shortConvComposed(named(values, length));
      const [a, b] = [run(...inputs), composed(...inputs)];
      expectRelativeError(await a.data(), await b.data(), 2e-6, 'u');
      const [got, expected] = [tf.grads(run)(inputs, dy), tf.grads(composed)(inputs, dy)];
      for (const [i, name] of SHORT_CONV_INPUTS.entries()) {
        expectRelativeError(await got[i]!.data(), await expected[i]!.data(), 1e-5, `gradient of ${name}`);
      }
      tf.dispose([inputs, dy, a, b, got, expected]);
    },
  );

  it('the first token sees no other: by hand', async () => {
    const u = tf.tidy(() =>
      shortConv({
        both: tf.ones([2, 8]),
        weight: tf.tensor3d([1, 2, 1, 2, 1, 2, 1, 2], [4, 1, 2]),
        bias: tf.zeros([4]),
        length: 2,
      }),
    );
    const silu = (v: number) => v / (1 + Math.exp(-v));
    expectRelativeError(await u.data(), [2, 2, 2, 2, 3, 3, 3, 3].map(silu), 1e-6);
    u.dispose();
  });

  it('names the argument that is wrong', () => {
    tf.tidy(() => {
      const weight = tf.zeros<tf.Rank.R3>([4, 1, 4]);
      const bias = tf.zeros<tf.Rank.R1>([4]);
      expect(() => shortConv({ both: tf.zeros([4, 7]), weight, bias, length: 2 })).toThrow(
        'shortConv: both: got shape [4, 7], wanted [T, 8]',
      );
      expect(() => shortConv({ both: tf.zeros([4, 8]), weight, bias, length: 3 })).toThrow(
        'length: got 3 for 4 tokens',
      );
    });
  });
});
