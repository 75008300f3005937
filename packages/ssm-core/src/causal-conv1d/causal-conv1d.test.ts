import {
  checkGradient,
  eachBackend,
  expectClose,
  expectRelativeError,
  permute,
  readGolden,
  testNumbers,
} from '@prismamba/testing';
import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-layers'; // registers the gradients of TensorFlow.js' own operators
import { describe, expect, it } from 'vitest';
import { causalConv1d } from './causal-conv1d.js';
import { causalConv1dReference, causalConv1dReferenceGradient } from './causal-conv1d.reference.js';

const golden = readGolden('ops/conv_misc.npz');
const array = (name: string) => golden.get(`conv1d_causal4_${name}`)!.data as Float32Array;
const shapeOf = (name: string) => golden.get(`conv1d_causal4_${name}`)!.shape;
const [batch, channels, length] = shapeOf('x') as [number, number, number];
const kernel = shapeOf('w')[2]!;
/** Golden (B, D, L) as ours [B, L, D]. */
const sequence = (name: string) => permute(array(name), [batch, channels, length], [0, 2, 1]);
const f64 = (x: Float32Array) => Float64Array.from(x);

describe('causalConv1d reference', () => {
  const size = { batch, length, channels, kernel };
  it('equals the golden, with gradients', () => {
    const y = causalConv1dReference(f64(sequence('x')), f64(array('w')), f64(array('b')), size);
    expectRelativeError(y, sequence('y'), 1e-6);
    const g = causalConv1dReferenceGradient(f64(sequence('x')), f64(array('w')), f64(sequence('d_y')), size);
    expectRelativeError(g.dx, sequence('grad_x'), 1e-6);
    expectRelativeError(g.dWeight, array('grad_w'), 1e-6);
    expectRelativeError(g.dBias, array('grad_b'), 1e-6);
  });
  it('has the gradient of its forward', () => {
    const size = { batch: 2, length: 7, channels: 5, kernel: 4 };
    const [x, w, b] = [testNumbers(70, 1), testNumbers(20, 2), testNumbers(5, 3)].map(f64) as [
      Float64Array,
      Float64Array,
      Float64Array,
    ];
    const dy = f64(testNumbers(70, 4));
    const { dx, dWeight, dBias } = causalConv1dReferenceGradient(x, w, dy, size);
    checkGradient({
      f: ([u, v, c]) => causalConv1dReference(u!, v!, c!, size).reduce((s, y, i) => s + y * dy[i]!, 0),
      inputs: [x, w, b],
      gradients: [dx, dWeight, dBias],
      names: ['x', 'weight', 'bias'],
    });
  });
});

eachBackend('causalConv1d', () => {
  it('equals the golden, with gradients of every input', async () => {
    const x = tf.tensor3d(sequence('x'), [batch, length, channels]);
    const weight = tf.tensor3d(array('w'), [channels, 1, kernel]);
    const bias = tf.tensor1d(array('b'));
    const dy = tf.tensor3d(sequence('d_y'), [batch, length, channels]);
    const y = causalConv1d({ x, weight, bias });
    const grads = tf.grads((x, weight, bias) =>
      causalConv1d({ x: x as tf.Tensor3D, weight: weight as tf.Tensor3D, bias: bias as tf.Tensor1D }),
    )([x, weight, bias], dy);
    expectRelativeError(await y.data(), sequence('y'), 2e-6);
    expectRelativeError(await grads[0]!.data(), sequence('grad_x'), 1e-5);
    expectRelativeError(await grads[1]!.data(), array('grad_w'), 1e-5);
    expectRelativeError(await grads[2]!.data(), array('grad_b'), 1e-5);
    tf.dispose([x, weight, bias, dy, y, ...grads]);
  });
  it.each([1, 2, 3, 501])('equals the reference for length %i, without a bias', async (length) => {
    const [x, w] = [testNumbers(2 * length * 3, 5), testNumbers(12, 6)];
    const y = tf.tidy(() =>
      causalConv1d({ x: tf.tensor3d(x, [2, length, 3]), weight: tf.tensor3d(w, [3, 1, 4]) }),
    );
    const size = { batch: 2, length, channels: 3, kernel: 4 };
    expectClose(await y.data(), causalConv1dReference(f64(x), f64(w), new Float64Array(3), size), {
      atol: 1e-6,
    });
    y.dispose();
  });
  it('does not look ahead', async () => {
    const x = tf.tensor3d(testNumbers(30, 7), [1, 10, 3]);
    const weight = tf.tensor3d(testNumbers(12, 8), [3, 1, 4]);
    const changed = tf.tidy(() =>
      tf.concat([tf.slice(x, [0, 0, 0], [1, 6, 3]), tf.ones<tf.Rank.R3>([1, 4, 3])], 1),
    );
    const [a, b] = [causalConv1d({ x, weight }), causalConv1d({ x: changed, weight })];
    expect((await b.data()).subarray(0, 18)).toEqual((await a.data()).subarray(0, 18));
    tf.dispose([x, weight, changed, a, b]);
  });
  it('names the argument of a wrong shape', () => {
    tf.tidy(() => {
      const x = tf.zeros<tf.Rank.R3>([1, 4, 3]);
      expect(() => causalConv1d({ x, weight: tf.zeros([4, 1, 4]) })).toThrow(
        'causalConv1d: weight: got shape [4, 1, 4], wanted [3, 1, K]',
      );
    });
  });
});
