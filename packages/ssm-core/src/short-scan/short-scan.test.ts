import { eachBackend, expectRelativeError, testNumbers } from '@prismamba/testing';
import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-layers'; // registers the gradients of TensorFlow.js' own operators
import { expect, it } from 'vitest';
import { selectiveScan } from '../selective-scan/selective-scan.js';
import { hasKernel } from '../simd/usable.wasm.js';
import { shortScanComposed } from './short-scan.composed.js';
import { SHORT_SCAN, SHORT_SCAN_INPUTS, type ShortScanInputs } from './short-scan.gradient.js';
import { shortScan, type ShortScanArgs } from './short-scan.js';

interface Size {
  sequences: number;
  length: number;
  D: number;
  R: number;
  N: number;
}

function inputsOf({ sequences, length, D, R, N }: Size): tf.Tensor[] {
  const tokens = sequences * length;
  const make = (shape: number[], seed: number, scale = 1, offset = 0) =>
    tf.tensor(
      testNumbers(
        shape.reduce((a, b) => a * b, 1),
        seed,
        scale,
        offset,
      ),
      shape,
    );
  return [
    make([tokens, D], 1),
    make([tokens, D], 2, 2, -1),
    make([tokens, 2 * D], 3, 2),
    make([tokens, R + 2 * N], 4),
    tf.tidy(() => tf.neg(tf.exp(make([D, N], 5, 1, 0.5)))),
    make([D], 6, 1, -1),
    make([D], 7, 0.3, 1),
  ];
}
const named = (values: readonly tf.Tensor[], length: number): ShortScanArgs =>
  ({
    ...Object.fromEntries(SHORT_SCAN_INPUTS.map((name, i) => [name, values[i]!])),
    length,
  }) as unknown as ShortScanArgs;

eachBackend('shortScan', (backend) => {
  it(`${backend === 'wasm' ? 'has a SIMD kernel' : 'runs its composed form'}`, () => {
    expect(hasKernel(SHORT_SCAN)).toBe(backend === 'wasm');
  });

  it.each<Size>([
    { sequences: 1, length: 1, D: 4, R: 1, N: 4 },
    { sequences: 19, length: 4, D: 62, R: 2, N: 16 },
    { sequences: 5, length: 2, D: 7, R: 1, N: 8 },
    { sequences: 3, length: 16, D: 13, R: 3, N: 4 },
    { sequences: 2, length: 67, D: 6, R: 1, N: 4 },
    { sequences: 4, length: 3, D: 3, R: 1, N: 5 },
  ])('$sequences x $length tokens, D $D, N $N: equals selectiveScan, with every gradient', async (size) => {
    const { sequences, length, D, R, N } = size;
    const inputs = inputsOf(size);
    const dy = tf.tensor(testNumbers(sequences * length * D, 9), [sequences * length, D]);
    const wanted = (...values: tf.Tensor[]): tf.Tensor => {
      const { u, step, both, projected, A, bias, skip } = named(values, length) as unknown as ShortScanInputs;
      const rows = (x: tf.Tensor, from: number, count: number) =>
        tf.transpose(tf.reshape(tf.slice(x, [0, from], [-1, count]), [sequences, length, count]), [0, 2, 1]);
      const matrix = (from: number) => tf.expandDims<tf.Tensor4D>(rows(projected, from, N), 1);
      const { y } = selectiveScan({
        u: rows(u, 0, D) as tf.Tensor3D,
        delta: rows(step, 0, D) as tf.Tensor3D,
        A: A as tf.Tensor2D,
        B: matrix(R),
        C: matrix(R + N),
        D: skip as tf.Tensor1D,
        z: rows(both, D, D) as tf.Tensor3D,
        deltaBias: bias as tf.Tensor1D,
        deltaSoftplus: true,
      });
      return tf.reshape(tf.transpose(y, [0, 2, 1]), [sequences * length, D]);
    };
    const run = (...values: tf.Tensor[]): tf.Tensor => shortScan(named(values, length));
    const [a, b, c] = tf.tidy(() => [
      run(...inputs),
      wanted(...inputs),
      shortScanComposed(named(inputs, length)),
    ]) as [tf.Tensor, tf.Tensor, tf.Tensor];
    expectRelativeError(await a.data(), await b.data(), 3e-6, 'y');
    expectRelativeError(await c.data(), await b.data(), 3e-6, 'composed');
    const [got, expected] = [tf.grads(run)(inputs, dy), tf.grads(wanted)(inputs, dy)];
    for (const [i, name] of SHORT_SCAN_INPUTS.entries()) {
      expectRelativeError(await got[i]!.data(), await expected[i]!.data(), 2e-5, `gradient of ${name}`);
    }
    tf.dispose([inputs, dy, a, b, c, got, expected]);
  });

  it('names the argument that is wrong', () => {
    tf.tidy(() => {
      const values = inputsOf({ sequences: 3, length: 4, D: 4, R: 1, N: 4 });
      expect(() => shortScan(named(values, 5))).toThrow('shortScan: length: got 5 for 12 tokens');
      expect(() => shortScan({ ...named(values, 4), bias: tf.zeros([5]) })).toThrow(
        'shortScan: bias: got shape [5]',
      );
      expect(() => shortScan({ ...named(values, 4), projected: tf.zeros([12, 7]) })).toThrow(
        'shortScan: projected: got 7 columns, wanted at least 8',
      );
    });
  });
});
