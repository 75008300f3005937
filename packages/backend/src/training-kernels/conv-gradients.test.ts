import * as tf from '@tensorflow/tfjs-core';
import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { expectNoLeak, expectRelativeError, testNumbers } from '@prismamba/testing';
import { startBackend } from '../index.js';
import { convGeometry, type ConvAttributes } from './conv-geometry.js';
import {
  conv2dBackpropFilterReference,
  conv2dBackpropInputReference,
  depthwiseBackpropFilterReference,
  depthwiseBackpropInputReference,
} from './conv-gradients.reference.js';
import * as simd from './simd-kernels.js';

type Shape4 = [number, number, number, number];
interface Case {
  readonly name: string;
  readonly x: Shape4;
  readonly w: Shape4;
  readonly attributes: ConvAttributes;
}

const explicit = (top: number, bottom: number, left: number, right: number): ConvAttributes['pad'] => [
  [0, 0],
  [top, bottom],
  [left, right],
  [0, 0],
];

// Channel counts around the vector width, odd sizes, one-pixel maps, every stride and padding that networks use.
const cases: Case[] = [
  {
    name: '3x3 same, 31 to 31',
    x: [2, 9, 11, 31],
    w: [3, 3, 31, 31],
    attributes: { strides: 1, pad: 'same' },
  },
  { name: '3x3 same, 3 to 31', x: [1, 6, 7, 3], w: [3, 3, 3, 31], attributes: { strides: 1, pad: 'same' } },
  { name: '3x3 same, 31 to 3', x: [1, 6, 7, 31], w: [3, 3, 31, 3], attributes: { strides: 1, pad: 'same' } },
  { name: '3x3 valid', x: [1, 7, 5, 4], w: [3, 3, 4, 8], attributes: { strides: 1, pad: 'valid' } },
  { name: '1x1', x: [2, 5, 6, 13], w: [1, 1, 13, 10], attributes: { strides: 1, pad: 'same' } },
  {
    name: '1x1, one channel each',
    x: [1, 4, 4, 1],
    w: [1, 1, 1, 1],
    attributes: { strides: 1, pad: 'valid' },
  },
  {
    name: '7x7, 2 to 1, on a smaller map',
    x: [1, 5, 4, 2],
    w: [7, 7, 2, 1],
    attributes: { strides: 1, pad: 'same' },
  },
  { name: '5x5 with number padding', x: [1, 8, 9, 6], w: [5, 5, 6, 7], attributes: { strides: 1, pad: 2 } },
  {
    name: '3x3 explicit, asymmetric',
    x: [1, 6, 6, 5],
    w: [3, 3, 5, 6],
    attributes: { strides: 1, pad: explicit(2, 0, 0, 1) },
  },
  { name: '4x4 stride 2 pad 1', x: [2, 8, 10, 6], w: [4, 4, 6, 12], attributes: { strides: 2, pad: 1 } },
  { name: '2x2 stride 2', x: [1, 6, 8, 5], w: [2, 2, 5, 9], attributes: { strides: 2, pad: 'valid' } },
  {
    name: '3x3 stride 2 same, odd map',
    x: [1, 9, 7, 4],
    w: [3, 3, 4, 5],
    attributes: { strides: 2, pad: 'same' },
  },
  {
    name: '3x3 stride 3, rows left over',
    x: [1, 11, 10, 3],
    w: [3, 3, 3, 4],
    attributes: { strides: 3, pad: 'valid' },
  },
  {
    name: '3x3 stride [2, 1]',
    x: [1, 8, 6, 3],
    w: [3, 3, 3, 4],
    attributes: { strides: [2, 1], pad: 'same' },
  },
  { name: '1x1 stride 2', x: [1, 7, 7, 4], w: [1, 1, 4, 4], attributes: { strides: 2, pad: 'valid' } },
  { name: 'one pixel', x: [3, 1, 1, 9], w: [3, 3, 9, 2], attributes: { strides: 1, pad: 'same' } },
];

const depthwiseCases: Case[] = [
  {
    name: '3x3 same, 31 channels',
    x: [2, 9, 10, 31],
    w: [3, 3, 31, 1],
    attributes: { strides: 1, pad: 'same' },
  },
  {
    name: '3x3 same, 62 channels',
    x: [1, 6, 5, 62],
    w: [3, 3, 62, 1],
    attributes: { strides: 1, pad: 'same' },
  },
  { name: '3x3 same, 3 channels', x: [1, 6, 5, 3], w: [3, 3, 3, 1], attributes: { strides: 1, pad: 'same' } },
  { name: '5x5 valid', x: [1, 9, 8, 6], w: [5, 5, 6, 1], attributes: { strides: 1, pad: 'valid' } },
  {
    name: '3x3 explicit',
    x: [1, 6, 7, 8],
    w: [3, 3, 8, 1],
    attributes: { strides: 1, pad: explicit(0, 2, 1, 1) },
  },
  { name: '3x3 stride 2', x: [1, 8, 9, 5], w: [3, 3, 5, 1], attributes: { strides: 2, pad: 'same' } },
  {
    name: '3x3 dilation 2',
    x: [1, 9, 9, 7],
    w: [3, 3, 7, 1],
    attributes: { strides: 1, pad: 'same', dilations: 2 },
  },
  { name: 'multiplier 2', x: [1, 6, 5, 4], w: [3, 3, 4, 2], attributes: { strides: 1, pad: 'same' } },
  { name: '1x1', x: [1, 4, 3, 5], w: [1, 1, 5, 1], attributes: { strides: 1, pad: 'valid' } },
];

const size = (shape: readonly number[]) => shape.reduce((product, length) => product * length, 1);

function run(kernel: string, inputs: Record<string, tf.Tensor>, attributes: object): tf.Tensor {
  return tf.engine().runKernel<tf.Tensor>(kernel, inputs, attributes as unknown as tf.NamedAttrMap);
}

function checkCase(name: string, { x, w, attributes }: Case, depthwise: boolean, limit: number): void {
  const g = convGeometry(name, x, w, attributes, depthwise);
  const dyShape: Shape4 = [g.batch, g.outHeight, g.outWidth, g.outChannels];
  const xValues = testNumbers(size(x), 1);
  const wValues = testNumbers(size(w), 2);
  const dyValues = testNumbers(size(dyShape), 3);
  const prefix = depthwise ? 'DepthwiseConv2dNativeBackprop' : 'Conv2DBackprop';
  const common = { dilations: 1, dataFormat: 'NHWC', dimRoundingMode: undefined, ...attributes };
  tf.tidy(() => {
    const dy = tf.tensor4d(dyValues, dyShape);
    const dw = run(`${prefix}Filter`, { x: tf.tensor4d(xValues, x), dy }, { ...common, filterShape: w });
    const dx = run(`${prefix}Input`, { dy, filter: tf.tensor4d(wValues, w) }, { ...common, inputShape: x });
    expect(dw.shape).toEqual(w);
    expect(dx.shape).toEqual(x);
    const references = depthwise
      ? [
          depthwiseBackpropFilterReference(xValues, dyValues, g),
          depthwiseBackpropInputReference(dyValues, wValues, g),
        ]
      : [
          conv2dBackpropFilterReference(xValues, dyValues, g),
          conv2dBackpropInputReference(dyValues, wValues, g),
        ];
    expectRelativeError(dw.dataSync(), references[0]!, limit, 'dw');
    expectRelativeError(dx.dataSync(), references[1]!, limit, 'dx');
  });
}

describe('the reference loops are the gradients of the CPU backend', () => {
  beforeAll(async () => void (await startBackend('cpu')));
  it.each(cases)('conv2d $name', (testCase) => checkCase('conv2d', testCase, false, 2e-6));
  // The CPU backend itself ignores dilations in these gradients.
  it.each(depthwiseCases.filter(({ attributes }) => attributes.dilations === undefined))(
    'depthwise $name',
    (testCase) => checkCase('depthwise', testCase, true, 2e-6),
  );
});

describe.each(['SIMD kernels', 'loops, as without SIMD'])('WASM training kernels [%s]', (variant) => {
  beforeAll(async () => void (await startBackend('wasm')));
  beforeEach(() => {
    if (variant !== 'SIMD kernels') vi.spyOn(simd, 'simdKernels').mockReturnValue(undefined);
  });
  afterEach(() => vi.restoreAllMocks());

  it.each(cases)('conv2d $name', async (testCase) => {
    await expectNoLeak(() => checkCase('conv2d', testCase, false, 2e-6));
    if (variant !== 'SIMD kernels') expect(simd.simdKernels).toHaveReturnedWith(undefined);
  });
  it.each(depthwiseCases)('depthwise $name', async (testCase) => {
    await expectNoLeak(() => checkCase('depthwise', testCase, true, 2e-6));
  });

  it('frees its scratch memory', () => {
    const used = simd.simdKernels(tf.backend())?.arena.report().scratchBytes ?? 0;
    expect(used).toBe(0);
  });

  it('refuses NCHW with the fix', () => {
    expect(() =>
      tf.tidy(() =>
        run(
          'Conv2DBackpropInput',
          { dy: tf.zeros([1, 2, 2, 1]), filter: tf.zeros([1, 1, 1, 1]) },
          {
            strides: 1,
            pad: 'same',
            dataFormat: 'NCHW',
            inputShape: [1, 1, 2, 2],
          },
        ),
      ),
    ).toThrow(/dataFormat: got 'NCHW', wanted 'NHWC'/);
  });
});

describe('tf.conv2dTranspose on WASM', () => {
  beforeAll(async () => void (await startBackend('wasm')));
  it('equals its definition, stride 2, kernel 2', () => {
    const y = tf.tidy(() => {
      const x = tf.tensor4d([1, 2, 3, 4], [1, 2, 2, 1]);
      const w = tf.tensor4d([1, 10, 100, 1000], [2, 2, 1, 1]);
      return tf.conv2dTranspose(x, w, [1, 4, 4, 1], 2, 'valid').dataSync();
    });
    expect([...y]).toEqual([1, 10, 2, 20, 100, 1000, 200, 2000, 3, 30, 4, 40, 300, 3000, 400, 4000]);
  });
});
