import {
  checkGradient,
  eachBackend,
  expectRelativeError,
  testNumbers,
  typedArguments,
} from '@prismamba/testing';
import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-layers'; // registers the gradients of TensorFlow.js' own operators
import { describe, expect, it } from 'vitest';
import { ss2dScanOperator } from './ss2d-scan.operator.js';
import {
  ss2dScanReference,
  ss2dScanReferenceGradient,
  type Ss2dScanReferenceInputs,
  type Ss2dScanSize,
} from './ss2d-scan.reference.js';
import { ss2dScan, type Ss2dScanArgs } from './ss2d-scan.js';

const shapesOf = ({ batch, height, width, channels: D, rank: R, states: N }: Ss2dScanSize) => ({
  x: [batch, height, width, D],
  xProjWeight: [4, R + 2 * N, D],
  dtProjsWeight: [4, D, R],
  dtProjsBias: [4, D],
  ALogs: [4 * D, N],
  Ds: [4 * D],
});
type Name = keyof ReturnType<typeof shapesOf>;
const scales: Record<Name, [scale: number, offset: number]> = {
  x: [1, 0],
  xProjWeight: [0.4, 0],
  dtProjsWeight: [0.7, 0],
  dtProjsBias: [1, -2],
  ALogs: [1.3, 1],
  Ds: [0.5, 1],
};

function randomInputs(size: Ss2dScanSize, seed: number): Record<Name, Float32Array> {
  const entries = Object.entries(shapesOf(size)).map(([name, shape], i) => {
    const [scale, offset] = scales[name as Name];
    const count = shape.reduce((a, b) => a * b, 1);
    return [name, testNumbers(count, seed + i, scale, offset)];
  });
  return Object.fromEntries(entries) as Record<Name, Float32Array>;
}
const inFloat64 = (inputs: Record<Name, Float32Array>) =>
  typedArguments<Ss2dScanReferenceInputs>(
    Object.fromEntries(Object.entries(inputs).map(([n, v]) => [n, Float64Array.from(v)])),
  );

describe('ss2dScan reference', () => {
  it('has the gradient of its forward', () => {
    const size = { batch: 2, height: 2, width: 3, channels: 3, rank: 2, states: 2 };
    const names = Object.keys(shapesOf(size)) as Name[];
    const inputs = inFloat64(randomInputs(size, 1));
    const dy = Float64Array.from(testNumbers(2 * 6 * 3, 30));
    const named = (values: readonly Float64Array[]) =>
      typedArguments<Ss2dScanReferenceInputs>(Object.fromEntries(names.map((n, i) => [n, values[i]!])));
    const g = ss2dScanReferenceGradient(inputs, size, dy);
    checkGradient({
      f: (values) => ss2dScanReference(named(values), size).reduce((s, v, i) => s + v * dy[i]!, 0),
      inputs: names.map((n) => inputs[n]),
      gradients: names.map((n) => g[n]),
      names,
    });
  });
});

eachBackend('ss2dScan', (backend) => {
  if (backend === 'wasm') {
    it('runs its SIMD kernel', () => expect(tf.getKernel(ss2dScanOperator.name, 'wasm')).toBeDefined());
  }

  it.each<Ss2dScanSize>([
    { batch: 1, height: 1, width: 1, channels: 4, rank: 1, states: 16 },
    { batch: 2, height: 5, width: 7, channels: 10, rank: 1, states: 16 },
    { batch: 1, height: 9, width: 16, channels: 62, rank: 2, states: 16 },
    { batch: 2, height: 13, width: 6, channels: 7, rank: 3, states: 4 },
    { batch: 1, height: 3, width: 3, channels: 5, rank: 2, states: 3 },
  ])(
    'equals the reference, with the gradient of every input: $batch x $height x $width x $channels, R $rank, N $states',
    async (size) => {
      const values = randomInputs(size, 5);
      const shapes = shapesOf(size);
      const names = Object.keys(shapes) as Name[];
      const tensors = names.map((n) => tf.tensor(values[n], shapes[n]));
      const upstream = testNumbers(values.x.length, 40);
      const dy = tf.tensor(upstream, shapes.x);
      const run = (inputs: readonly tf.Tensor[]) =>
        ss2dScan(typedArguments<Ss2dScanArgs>(Object.fromEntries(names.map((n, i) => [n, inputs[i]!]))));
      const y = run(tensors);
      expectRelativeError(await y.data(), ss2dScanReference(inFloat64(values), size), 3e-6, 'y');
      const wanted = ss2dScanReferenceGradient(inFloat64(values), size, Float64Array.from(upstream));
      const grads = tf.grads((...inputs) => run(inputs))(tensors, dy);
      for (const [i, name] of names.entries()) {
        expectRelativeError(await grads[i]!.data(), wanted[name], 2e-5, `gradient of ${name}`);
      }
      tf.dispose([...tensors, dy, y, ...grads]);
    },
  );

  it('gives no NaN for extreme steps and rates', async () => {
    const size = { batch: 1, height: 9, width: 9, channels: 4, rank: 1, states: 4 };
    const values = randomInputs(size, 9);
    values.dtProjsBias.fill(60);
    values.ALogs.fill(6);
    const shapes = shapesOf(size);
    const names = Object.keys(shapes) as Name[];
    const tensors = names.map((n) => tf.tensor(values[n], shapes[n]));
    const y = ss2dScan(
      typedArguments<Ss2dScanArgs>(Object.fromEntries(names.map((n, i) => [n, tensors[i]!]))),
    );
    expectRelativeError(await y.data(), ss2dScanReference(inFloat64(values), size), 3e-6);
    tf.dispose([...tensors, y]);
  });

  it('names the argument that is wrong', () => {
    tf.tidy(() => {
      const args = {
        x: tf.zeros<tf.Rank.R4>([1, 2, 2, 4]),
        xProjWeight: tf.zeros<tf.Rank.R3>([4, 9, 4]),
        dtProjsWeight: tf.zeros<tf.Rank.R3>([4, 4, 1]),
        dtProjsBias: tf.zeros<tf.Rank.R2>([4, 4]),
        ALogs: tf.zeros<tf.Rank.R2>([16, 4]),
        Ds: tf.zeros<tf.Rank.R1>([16]),
      };
      expect(() => ss2dScan({ ...args, xProjWeight: tf.zeros([4, 8, 4]) })).toThrow(
        'ss2dScan: xProjWeight: got shape [4, 8, 4], wanted [4, 9, 4]',
      );
    });
  });
});
