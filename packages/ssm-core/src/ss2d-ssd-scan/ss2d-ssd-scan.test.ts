import { setThreads, startThreads } from '@prismamba/backend';
import { kernelPool } from '@prismamba/backend/internal';
import {
  checkGradient,
  eachBackend,
  expectRelativeError,
  testNumbers,
  typedArguments,
} from '@prismamba/testing';
import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-layers'; // registers the gradients of TensorFlow.js' own operators
import { afterAll, describe, expect, it } from 'vitest';
import { ss2dSsdScanOperator } from './ss2d-ssd-scan.operator.js';
import { ss2dSsdScan, type Ss2dSsdScanArgs } from './ss2d-ssd-scan.js';
import {
  ss2dSsdScanReference,
  ss2dSsdScanReferenceGradient,
  type Ss2dSsdScanReferenceInputs,
  type Ss2dSsdScanSize,
} from './ss2d-ssd-scan.reference.js';

afterAll(() => setThreads(1));

const shapesOf = ({ batch, height, width, heads: R, headDim: P, states: N }: Ss2dSsdScanSize) => ({
  x: [batch, height, width, R * P],
  xProjWeight: [4, R + 2 * N, R * P],
  dtProjsBias: [4, R],
  ALogs: [4, R],
  Ds: [4, R, P],
});
type Name = keyof ReturnType<typeof shapesOf>;
const NAMES = Object.keys(ss2dSsdScanOperator.declaration.inputs) as Name[];
const scales: Record<Name, [scale: number, offset: number]> = {
  x: [1, 0],
  xProjWeight: [0.4, 0],
  dtProjsBias: [1, -1],
  ALogs: [1, 0],
  Ds: [0.5, 1],
};

function randomInputs(size: Ss2dSsdScanSize, seed: number): Record<Name, Float32Array> {
  const entries = Object.entries(shapesOf(size)).map(([name, shape], i) => {
    const count = shape.reduce((a, b) => a * b, 1);
    return [name, testNumbers(count, seed + i, ...scales[name as Name])];
  });
  return Object.fromEntries(entries) as Record<Name, Float32Array>;
}
const inFloat64 = (values: Record<Name, Float32Array>) =>
  typedArguments<Ss2dSsdScanReferenceInputs>(
    Object.fromEntries(Object.entries(values).map(([name, v]) => [name, Float64Array.from(v)])),
  );
const tensorsOf = (values: Record<Name, Float32Array>, size: Ss2dSsdScanSize): tf.Tensor[] =>
  NAMES.map((name) => tf.tensor(values[name], shapesOf(size)[name]));
const named = (tensors: readonly tf.Tensor[]) =>
  typedArguments<Ss2dSsdScanArgs>(Object.fromEntries(NAMES.map((name, i) => [name, tensors[i]])));

describe('ss2dSsdScan reference', () => {
  it('has the gradient of its forward', () => {
    const size = { batch: 2, height: 2, width: 3, heads: 2, headDim: 3, states: 2 };
    const inputs = inFloat64(randomInputs(size, 1));
    const dy = Float64Array.from(testNumbers(2 * 6 * 6, 30));
    const from = (values: readonly Float64Array[]) =>
      typedArguments<Ss2dSsdScanReferenceInputs>(Object.fromEntries(NAMES.map((n, i) => [n, values[i]])));
    const g = ss2dSsdScanReferenceGradient(inputs, size, dy);
    checkGradient({
      f: (values) => ss2dSsdScanReference(from(values), size).reduce((s, v, i) => s + v * dy[i]!, 0),
      inputs: NAMES.map((n) => inputs[n]),
      gradients: NAMES.map((n) => g[n]),
      names: NAMES,
    });
  });
});

eachBackend('ss2dSsdScan', (backend) => {
  if (backend === 'wasm' || backend === 'webgpu') {
    it('runs one kernel', async () => {
      const size = { batch: 1, height: 2, width: 3, heads: 2, headDim: 3, states: 2 };
      const tensors = tensorsOf(randomInputs(size, 2), size);
      const run = () => void ss2dSsdScan(named(tensors)).dispose();
      expect((await tf.profile(run)).kernelNames).toEqual([ss2dSsdScanOperator.name]);
      tf.dispose(tensors);
    });
  }

  it.each<Ss2dSsdScanSize>([
    { batch: 1, height: 1, width: 1, heads: 1, headDim: 1, states: 1 },
    { batch: 2, height: 5, width: 7, heads: 2, headDim: 31, states: 8 },
    { batch: 1, height: 12, width: 11, heads: 5, headDim: 6, states: 9 },
    { batch: 1, height: 8, width: 9, heads: 3, headDim: 32, states: 16 },
  ])(
    'equals the reference, with the gradient of every input: $height x $width, $heads heads of $headDim, N $states',
    async (size) => {
      const values = randomInputs(size, 5);
      const tensors = tensorsOf(values, size);
      const dyValues = testNumbers(values.x.length, 60);
      const dy: tf.Tensor = tf.tensor(dyValues, shapesOf(size).x);
      const wanted = ss2dSsdScanReference(inFloat64(values), size);
      const gradients = ss2dSsdScanReferenceGradient(inFloat64(values), size, Float64Array.from(dyValues));
      const composed = (args: Ss2dSsdScanArgs) => ss2dSsdScanOperator.composed(args).y;
      for (const scan of [ss2dSsdScan, composed]) {
        const { value, grads } = tf.valueAndGrads((...t): tf.Tensor => scan(named(t)))(tensors, dy);
        const alone = scan(named(tensors));
        expectRelativeError(await value.data(), wanted, 2e-6, 'y');
        expectRelativeError(await alone.data(), wanted, 2e-6, 'y without a gradient');
        for (const [i, name] of NAMES.entries()) {
          expectRelativeError(await grads[i]!.data(), gradients[name], 1e-5, `gradient of ${name}`);
        }
        tf.dispose([value, alone, ...grads]);
      }
      tf.dispose([...tensors, dy]);
    },
  );

  it('keeps its digits where a step decays by e^-700', async () => {
    const size = { batch: 1, height: 8, width: 9, heads: 2, headDim: 3, states: 3 };
    const values = randomInputs(size, 5);
    values.x = values.x.map((v) => 700 * v);
    const dyValues = testNumbers(values.x.length, 60);
    const [tensors, dy] = [tensorsOf(values, size), tf.tensor(dyValues, shapesOf(size).x)];
    const wanted = ss2dSsdScanReferenceGradient(inFloat64(values), size, Float64Array.from(dyValues));
    const gradients = tf.grads((...t): tf.Tensor => ss2dSsdScan(named(t)))(tensors, dy);
    for (const [i, name] of NAMES.entries()) {
      expectRelativeError(await gradients[i]!.data(), wanted[name], 5e-5, `gradient of ${name}`);
    }
    tf.dispose([...tensors, dy, ...gradients]);
  });

  it('names the argument that is wrong', () => {
    tf.tidy(() => {
      const size = { batch: 1, height: 2, width: 2, heads: 2, headDim: 3, states: 2 };
      const args = named(tensorsOf(randomInputs(size, 1), size));
      expect(() => ss2dSsdScan({ ...args, Ds: tf.zeros([4, 2, 2]) })).toThrow(
        'ss2dSsdScan: Ds: got 2 heads of 2 channels, wanted 6 channels in all',
      );
      expect(() => ss2dSsdScan({ ...args, xProjWeight: tf.zeros([4, 5, 6]) })).toThrow(
        'ss2dSsdScan: xProjWeight: got 5 outputs for 2 heads, wanted 2 + 2N with N >= 1',
      );
      expect(() => ss2dSsdScan({ ...args, ALogs: tf.zeros([4, 3]) })).toThrow('ALogs: got shape [4, 3]');
    });
  });

  if (backend === 'wasm') {
    it('has the same bits with 1, 2 and 3 threads, forward and backward', () => {
      const size = { batch: 2, height: 64, width: 40, heads: 2, headDim: 8, states: 8 };
      const result = (threads: number) => {
        setThreads(threads);
        expect(startThreads().threads).toBe(threads);
        return tf.tidy(() => {
          const tensors = tensorsOf(randomInputs(size, 3), size);
          const { value, grads } = tf.valueAndGrads((...t): tf.Tensor => ss2dSsdScan(named(t)))(tensors);
          expect(kernelPool()?.report().calls ?? 0).toBeGreaterThan(threads > 1 ? 0 : -1);
          return [value, ...grads].map((t) => Buffer.from((t.dataSync() as Float32Array).buffer));
        });
      };
      const alone = result(1);
      for (const threads of [2, 3]) {
        result(threads).forEach((bytes, i) =>
          expect(Buffer.compare(bytes, alone[i]!), `output ${i}`).toBe(0),
        );
      }
    });
  }
});
