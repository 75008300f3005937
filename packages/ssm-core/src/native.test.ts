import { startBackend } from '@prismamba/backend';
import { expectRelativeError, startNativeTensorflow, testNumbers } from '@prismamba/testing';
import '@tensorflow/tfjs-layers'; // registers the gradients of TensorFlow.js' own operators
import * as tf from '@tensorflow/tfjs-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { selectiveScan, ss2dScan, ss2dSsdScan, ssdScan } from './index.js';
import { ss2dScanOperator } from './ss2d-scan/ss2d-scan.operator.js';
import { ss2dSsdScanOperator } from './ss2d-ssd-scan/ss2d-ssd-scan.operator.js';
import { selectiveScanOperator } from './selective-scan/selective-scan.operator.js';
import { ssdScanOperator } from './ssd-scan/ssd-scan.operator.js';
import './tensorflow.js';

// The real binding where `npm run test:tfjs-node` has put it, else its stand-in.
beforeAll(startNativeTensorflow);
afterAll(async () => {
  for (const { name, gradientName } of [
    ss2dScanOperator,
    ss2dSsdScanOperator,
    selectiveScanOperator,
    ssdScanOperator,
  ]) {
    tf.unregisterKernel(name, 'tensorflow');
    tf.unregisterKernel(gradientName, 'tensorflow');
  }
  await startBackend('cpu');
});

type Shapes = Readonly<Record<string, readonly number[]>>;
interface Case {
  readonly name: string;
  readonly shapes: Shapes;
  readonly run: (tensors: never) => object;
  readonly composed: (tensors: never) => object;
}

const onlyY = (run: (tensors: never) => tf.Tensor) => (tensors: never) => ({ y: run(tensors) });

const cases: readonly Case[] = [
  {
    name: 'SelectiveScan',
    shapes: { u: [2, 4, 70], delta: [2, 4, 70], A: [4, 5], B: [2, 2, 5, 70], C: [2, 2, 5, 70], D: [4] },
    run: (t) => selectiveScan({ ...(t as object), deltaSoftplus: true } as never),
    composed: (t) =>
      selectiveScanOperator.composed(t, { deltaSoftplus: true, reverse: false, withLastState: true }),
  },
  {
    name: 'SS2DScan',
    shapes: {
      x: [2, 5, 3, 6],
      xProjWeight: [4, 10, 6],
      dtProjsWeight: [4, 6, 2],
      dtProjsBias: [4, 6],
      ALogs: [24, 4],
      Ds: [24],
    },
    run: onlyY(ss2dScan),
    composed: (t) => ss2dScanOperator.composed(t),
  },
  {
    name: 'SS2DSSDScan',
    shapes: { x: [2, 5, 3, 6], xProjWeight: [4, 11, 6], dtProjsBias: [4, 3], ALogs: [4, 3], Ds: [4, 3, 2] },
    run: onlyY(ss2dSsdScan),
    composed: (t) => ss2dSsdScanOperator.composed(t),
  },
];

it.each(cases)(
  '$name runs its SIMD kernel on copies, and gives what the composed form gives, with every gradient',
  async ({ name, shapes, run, composed }) => {
    const names = Object.keys(shapes);
    const tensors = names.map((key, i) => {
      const size = shapes[key]!.reduce((a, b) => a * b, 1);
      const values = testNumbers(size, 40 + i, 0.8);
      return tf.tensor(key === 'A' ? values.map((v) => -0.2 - Math.abs(v)) : values, [...shapes[key]!]);
    });
    const named = (list: readonly tf.Tensor[]) =>
      Object.fromEntries(names.map((key, i) => [key, list[i]!])) as never;
    const before = tf.memory().numTensors;
    const { kernelNames } = await tf.profile(
      () => void tf.dispose(run(named(tensors)) as tf.TensorContainer),
    );
    expect(kernelNames).toEqual([name]);
    expect(tf.memory().numTensors).toBe(before);
    const outputs = [run, composed].map((form) => form(named(tensors)) as Record<string, tf.Tensor>);
    const [got, wanted] = outputs;
    for (const [key, output] of Object.entries(got!))
      expectRelativeError(await output.data(), await wanted![key]!.data(), 1e-5, key);
    const weight = tf.tensor(testNumbers(got!['y']!.size, 9), got!['y']!.shape);
    const gradients = [run, composed].map((form) =>
      tf.grads((...list) => tf.sum(tf.mul((form(named(list)) as { y: tf.Tensor }).y, weight)))(tensors),
    );
    for (const [i, key] of names.entries()) {
      const [one, other] = [await gradients[0]![i]!.data(), await gradients[1]![i]!.data()];
      expectRelativeError(one, other, 5e-5, `gradient of ${key}`);
    }
    tf.dispose([tensors, outputs, gradients, weight] as tf.TensorContainer);
  },
);

it('ssdScan has a kernel there too', () => {
  expect(ssdScanOperator.hasKernel()).toBe(true);
  expect(ssdScan).toBeInstanceOf(Function);
});

it('a backend that uses a GPU keeps the composed form', () => {
  const backend = tf.backend() as unknown as { isUsingGpuDevice: boolean };
  backend.isUsingGpuDevice = true;
  expect(selectiveScanOperator.hasKernel()).toBe(false);
  backend.isUsingGpuDevice = false;
  expect(selectiveScanOperator.hasKernel()).toBe(true);
});
