// Gradients are registered by tfjs-layers (or by the union package @tensorflow/tfjs), not by tfjs-core.
import '@tensorflow/tfjs-layers';
import * as tf from '@tensorflow/tfjs-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { expectRelativeError, testNumbers } from '@prismamba/testing';
import { startBackend } from '../index.js';

/**
 * Every operator that the convolutional, attention and state-space networks are made of: its value and the gradient
 * of every input on WASM against the CPU backend. A kernel that the WASM backend lacks fails here by name.
 */
interface OpCase {
  readonly name: string;
  readonly shapes: readonly (readonly number[])[];
  readonly f: (...inputs: tf.Tensor[]) => tf.Tensor;
  /** Shift of the inputs, for operators that want positive ones. */
  readonly offset?: number;
}

const map = [2, 6, 8, 5];
const t4 = (x: tf.Tensor) => x as tf.Tensor4D;

const ops: OpCase[] = [
  // Convolutions
  { name: 'conv2d', shapes: [map, [3, 3, 5, 7]], f: (x, w) => tf.conv2d(t4(x), t4(w), 1, 'same') },
  { name: 'conv2d stride 2', shapes: [map, [4, 4, 5, 6]], f: (x, w) => tf.conv2d(t4(x), t4(w), 2, 1) },
  {
    name: 'depthwiseConv2d',
    shapes: [map, [3, 3, 5, 1]],
    f: (x, w) => tf.depthwiseConv2d(t4(x), t4(w), 1, 'same'),
  },
  {
    name: 'conv2dTranspose',
    shapes: [map, [2, 2, 3, 5]],
    f: (x, w) => tf.conv2dTranspose(t4(x), t4(w), [2, 12, 16, 3], 2, 'valid'),
  },
  {
    name: 'fused conv2d with bias and ReLU',
    shapes: [map, [1, 1, 5, 4], [4]],
    f: (x, w, b) =>
      tf.fused.conv2d({ x: t4(x), filter: t4(w), strides: 1, pad: 'same', bias: b, activation: 'relu' }),
  },
  {
    name: 'conv1d',
    shapes: [
      [2, 9, 4],
      [4, 4, 3],
    ],
    f: (x, w) => tf.conv1d(x as tf.Tensor3D, w as tf.Tensor3D, 1, 'valid'),
  },
  // Products
  {
    name: 'matMul',
    shapes: [
      [7, 5],
      [5, 6],
    ],
    f: (a, b) => tf.matMul(a, b),
  },
  {
    name: 'matMul, batched and transposed',
    shapes: [
      [2, 3, 5, 7],
      [2, 3, 6, 7],
    ],
    f: (a, b) => tf.matMul(a, b, false, true),
  },
  {
    name: 'matMul, both transposed',
    shapes: [
      [5, 7],
      [6, 5],
    ],
    f: (a, b) => tf.matMul(a, b, true, true),
  },
  {
    name: 'fused matMul with bias',
    shapes: [[7, 5], [5, 6], [6]],
    f: (a, b, bias) => tf.fused.matMul({ a: a, b: b, bias: bias }),
  },
  // Pooling, resizing, padding
  { name: 'maxPool', shapes: [map], f: (x) => tf.maxPool(t4(x), 2, 2, 'valid') },
  { name: 'avgPool', shapes: [map], f: (x) => tf.avgPool(t4(x), 2, 2, 'same') },
  // Square: the CPU backend swaps height and width in this gradient.
  {
    name: 'resizeBilinear',
    shapes: [[2, 6, 6, 5]],
    f: (x) => tf.image.resizeBilinear(t4(x), [12, 12], false, true),
  },
  {
    name: 'pad',
    shapes: [map],
    f: (x) =>
      tf.pad(x, [
        [0, 0],
        [1, 2],
        [0, 3],
        [0, 0],
      ]),
  },
  {
    name: 'mirrorPad, one side by slices',
    shapes: [map],
    f: (x) => tf.concat([x, tf.reverse(tf.slice(x, [0, 3, 0, 0], [2, 2, 8, 5]), 1)], 1),
  },
  {
    name: 'depthToSpace by reshape',
    shapes: [[1, 3, 4, 8]],
    f: (x) => tf.reshape(tf.transpose(tf.reshape(x, [1, 3, 4, 2, 2, 2]), [0, 1, 3, 2, 4, 5]), [1, 6, 8, 2]),
  },
  // Shape
  { name: 'transpose', shapes: [map], f: (x) => tf.transpose(x, [0, 3, 1, 2]) },
  { name: 'concat', shapes: [map, [2, 6, 8, 2]], f: (a, b) => tf.concat([a, b], 3) },
  { name: 'split', shapes: [map], f: (x) => tf.mul(...(tf.split(x, 2, 1) as [tf.Tensor, tf.Tensor])) },
  { name: 'slice', shapes: [map], f: (x) => tf.slice(x, [0, 1, 2, 1], [2, 4, 5, 3]) },
  { name: 'stack and unstack', shapes: [map], f: (x) => tf.stack(tf.unstack(x, 3).reverse(), 1) },
  { name: 'tile', shapes: [[2, 3, 1, 4]], f: (x) => tf.tile(x, [1, 2, 5, 1]) },
  { name: 'broadcastTo', shapes: [[2, 1, 1, 4]], f: (x) => tf.broadcastTo(x, [2, 3, 5, 4]) },
  { name: 'reverse', shapes: [map], f: (x) => tf.reverse(x, [1, 2]) },
  { name: 'gather', shapes: [map], f: (x) => tf.gather(x, tf.tensor1d([4, 0, 0, 2], 'int32'), 3) },
  { name: 'cumsum', shapes: [[3, 7]], f: (x) => tf.cumsum(x, 1) },
  { name: 'expandDims and squeeze', shapes: [map], f: (x) => tf.squeeze(tf.expandDims(x, 2), [2]) },
  // Reductions
  { name: 'sum', shapes: [map], f: (x) => tf.sum(x, [1, 2]) },
  { name: 'mean over channels', shapes: [map], f: (x) => tf.sub(x, tf.mean(x, -1, true)) },
  { name: 'max', shapes: [map], f: (x) => tf.max(x, [1, 2], true) },
  { name: 'min', shapes: [map], f: (x) => tf.min(x, 3) },
  { name: 'norm', shapes: [[3, 7]], f: (x) => tf.norm(x, 2, 1, true) },
  { name: 'logSumExp', shapes: [[3, 7]], f: (x) => tf.logSumExp(x, 1) },
  { name: 'variance by moments', shapes: [map], f: (x) => tf.moments(x, -1, true).variance },
  // Normalisation and attention
  { name: 'softmax', shapes: [[3, 4, 7]], f: (x) => tf.softmax(x) },
  { name: 'logSoftmax', shapes: [[3, 7]], f: (x) => tf.logSoftmax(x) },
  {
    name: 'batchNorm',
    shapes: [map, [5], [5], [5], [5]],
    f: (x, m, v, shift, scale) => tf.batchNorm(x, m, tf.add(tf.abs(v), 0.5), shift, scale),
  },
  // Activations
  { name: 'relu', shapes: [map], f: (x) => tf.relu(x) },
  { name: 'relu6', shapes: [map], f: (x) => tf.relu6(tf.mul(x, 8)) },
  { name: 'leakyRelu', shapes: [map], f: (x) => tf.leakyRelu(x, 0.2) },
  { name: 'prelu', shapes: [map, [5]], f: (x, a) => tf.prelu(x, a) },
  { name: 'elu', shapes: [map], f: (x) => tf.elu(x) },
  { name: 'selu', shapes: [map], f: (x) => tf.selu(x) },
  { name: 'sigmoid', shapes: [map], f: (x) => tf.sigmoid(x) },
  { name: 'tanh', shapes: [map], f: (x) => tf.tanh(x) },
  { name: 'softplus', shapes: [map], f: (x) => tf.softplus(x) },
  { name: 'erf', shapes: [map], f: (x) => tf.erf(x) },
  { name: 'SiLU', shapes: [map], f: (x) => tf.mul(x, tf.sigmoid(x)) },
  // Element by element, with broadcasting (the gradients of minimum and squaredDifference cannot broadcast in TensorFlow.js)
  { name: 'add', shapes: [map, [5]], f: (a, b) => tf.add(a, b) },
  { name: 'sub', shapes: [map, [2, 1, 1, 5]], f: (a, b) => tf.sub(a, b) },
  { name: 'mul', shapes: [map, [6, 8, 1]], f: (a, b) => tf.mul(a, b) },
  { name: 'div', shapes: [map, [5]], f: (a, b) => tf.div(a, b), offset: 2 },
  { name: 'pow', shapes: [map], f: (x) => tf.pow(x, 1.5), offset: 2 },
  { name: 'maximum', shapes: [map, map], f: (a, b) => tf.maximum(a, b) },
  { name: 'minimum', shapes: [map, map], f: (a, b) => tf.minimum(a, b) },
  { name: 'squaredDifference', shapes: [map, map], f: (a, b) => tf.squaredDifference(a, b) },
  { name: 'abs', shapes: [map], f: (x) => tf.abs(x) },
  { name: 'exp', shapes: [map], f: (x) => tf.exp(x) },
  { name: 'expm1', shapes: [map], f: (x) => tf.expm1(x) },
  { name: 'log', shapes: [map], f: (x) => tf.log(x), offset: 2 },
  { name: 'log1p', shapes: [map], f: (x) => tf.log1p(x), offset: 2 },
  { name: 'sqrt', shapes: [map], f: (x) => tf.sqrt(x), offset: 2 },
  { name: 'rsqrt', shapes: [map], f: (x) => tf.rsqrt(x), offset: 2 },
  { name: 'square', shapes: [map], f: (x) => tf.square(x) },
  { name: 'reciprocal', shapes: [map], f: (x) => tf.reciprocal(x), offset: 2 },
  { name: 'clipByValue', shapes: [map], f: (x) => tf.clipByValue(x, -0.4, 0.6) },
  { name: 'where', shapes: [map, map], f: (a, b) => tf.where(tf.greaterEqual(a, 0), a, b) },
  { name: 'acos', shapes: [map], f: (x) => tf.acos(tf.mul(x, 0.9)) },
  { name: 'cos and sin', shapes: [map], f: (x) => tf.mul(tf.cos(x), tf.sin(x)) },
];

/** Value and gradients with an upstream gradient that differs from element to element. */
function valueAndGradients({ shapes, f, offset = 0 }: OpCase): Float32Array[] {
  return tf.tidy(() => {
    const inputs = shapes.map((shape, k) => {
      const size = shape.reduce((product, length) => product * length, 1);
      return tf.tensor(testNumbers(size, 10 + k, 1, offset), [...shape]);
    });
    const value = f(...inputs);
    const upstream = tf.tensor(testNumbers(value.size, 99), value.shape);
    const gradients = tf.grads((...xs: tf.Tensor[]) => f(...xs))(inputs, upstream);
    return [value, ...gradients].map((tensor) => tensor.dataSync<'float32'>().slice());
  });
}

describe('operators and their gradients on WASM', () => {
  const expected = new Map<string, Float32Array[]>();
  let before = 0;
  beforeAll(async () => {
    await startBackend('cpu');
    for (const op of ops) expected.set(op.name, valueAndGradients(op));
    await startBackend('wasm');
    before = tf.memory().numTensors;
  });
  afterAll(() => expect(tf.memory().numTensors).toBe(before));

  it.each(ops)('$name', (op) => {
    const wanted = expected.get(op.name)!;
    valueAndGradients(op).forEach((actual, k) => {
      expectRelativeError(actual, wanted[k]!, 5e-6, k === 0 ? 'value' : `gradient of input ${k - 1}`);
    });
  });

  it('maxPool gives the gradient of a tie to the first element', () => {
    const dx = tf.tidy(() => {
      const gradient = tf.grad((x: tf.Tensor) => tf.maxPool(x as tf.Tensor4D, 2, 2, 'valid'));
      return gradient(tf.ones([1, 2, 4, 1]), tf.tensor4d([3, 5], [1, 1, 2, 1])).dataSync();
    });
    expect([...dx]).toEqual([3, 0, 5, 0, 0, 0, 0, 0]);
  });

  it('names are unique', () => expect(expected.size).toBe(ops.length));
});
