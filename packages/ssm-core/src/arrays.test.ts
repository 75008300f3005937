import { createHash } from 'node:crypto';
import { startBackend } from '@prismamba/backend';
import { arraysArena } from '@prismamba/backend/arena';
import { testNumbers } from '@prismamba/testing';
import * as tf from '@tensorflow/tfjs-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import * as arrays from './arrays.js';
import type { FloatArray } from './arrays.js';
import { selectiveScan, ss2dScan, ss2dSsdScan, ssdScan } from './index.js';
import './wasm.js';

const make = (seed: number, shape: readonly number[], map: (x: number) => number = (x) => x): FloatArray => ({
  data: testNumbers(
    shape.reduce((a, b) => a * b, 1),
    seed,
  ).map(map),
  shape,
});
const toTensor = ({ data, shape }: FloatArray) => tf.tensor(data, [...shape], 'float32');
type Arrays = Readonly<Record<string, FloatArray>>;
type Tensors = Readonly<Record<string, tf.Tensor>>;

/** The tensors' way: results, and gradients of sum(y w) + sum(last v) by the inputs. */
async function byTensors(
  inputs: Arrays,
  run: (tensors: never) => object,
  weights: Arrays,
): Promise<{ results: Record<string, Float32Array>; gradients: Record<string, Float32Array> }> {
  const names = Object.keys(inputs);
  const tensors = names.map((name) => toTensor(inputs[name]!));
  const named = (list: readonly tf.Tensor[]) => Object.fromEntries(names.map((name, i) => [name, list[i]!]));
  const outputs = run(named(tensors) as never) as Tensors;
  const sum = (results: Tensors) =>
    Object.entries(weights)
      .map(([name, weight]) => tf.sum(tf.mul(results[name]!, toTensor(weight))))
      .reduce((a, b) => tf.add(a, b)) as tf.Scalar;
  const gradients = tf.grads((...list: tf.Tensor[]) => sum(run(named(list) as never) as Tensors))(tensors);
  const read = async (list: Tensors) =>
    Object.fromEntries(
      await Promise.all(
        Object.entries(list).map(async ([name, t]): Promise<[string, Float32Array]> => [
          name,
          (await t.data()) as Float32Array,
        ]),
      ),
    );
  return { results: await read(outputs), gradients: await read(named(gradients)) };
}

const negative = (x: number) => -0.2 - Math.abs(x);
const cases = {
  selectiveScan: {
    inputs: {
      u: make(1, [2, 6, 37]),
      delta: make(2, [2, 6, 37]),
      A: make(3, [6, 5], negative),
      B: make(4, [2, 2, 5, 37]),
      C: make(5, [2, 2, 5, 37]),
      D: make(6, [6]),
      deltaBias: make(7, [6]),
      initialState: make(8, [2, 6, 5]),
    },
    weights: { y: make(9, [2, 6, 37]), lastState: make(10, [2, 6, 5]) },
    options: { deltaSoftplus: true, reverse: true },
    byTensor: (t: never) => selectiveScan({ ...(t as object), deltaSoftplus: true, reverse: true } as never),
    byArray: arrays.selectiveScan,
  },
  ss2dScan: {
    inputs: {
      x: make(11, [2, 9, 7, 6]),
      xProjWeight: make(12, [4, 10, 6]),
      dtProjsWeight: make(13, [4, 6, 2]),
      dtProjsBias: make(14, [4, 6]),
      ALogs: make(15, [24, 4]),
      Ds: make(16, [24]),
    },
    weights: { y: make(17, [2, 9, 7, 6]) },
    options: {},
    byTensor: (t: never) => ({ y: ss2dScan(t) }),
    byArray: arrays.ss2dScan,
  },
  ss2dSsdScan: {
    inputs: {
      x: make(31, [2, 9, 7, 6]),
      xProjWeight: make(32, [4, 11, 6]),
      dtProjsBias: make(33, [4, 3]),
      ALogs: make(34, [4, 3]),
      Ds: make(35, [4, 3, 2]),
    },
    weights: { y: make(36, [2, 9, 7, 6]) },
    options: {},
    byTensor: (t: never) => ({ y: ss2dSsdScan(t) }),
    byArray: arrays.ss2dSsdScan,
  },
  ssdScan: {
    inputs: {
      x: make(21, [2, 70, 4, 3]),
      dt: make(22, [2, 70, 4]),
      A: make(23, [4], negative),
      B: make(24, [2, 70, 2, 4]),
      C: make(25, [2, 70, 2, 4]),
      D: make(26, [4, 3]),
      dtBias: make(27, [4]),
      initialStates: make(28, [2, 4, 3, 4]),
    },
    weights: { y: make(29, [2, 70, 4, 3]), finalStates: make(30, [2, 4, 3, 4]) },
    options: { dtSoftplus: true },
    byTensor: (t: never) => ssdScan({ ...(t as object), dtSoftplus: true } as never),
    byArray: arrays.ssdScan,
  },
};

/** As a test calls it, whatever the operator. */
type ByArray = (
  inputs: Arrays,
  options: object,
) => Readonly<Record<string, FloatArray>> & { backward?: (upstream: Arrays) => Arrays };

describe('scans on plain arrays', () => {
  beforeAll(() => startBackend('wasm', { threads: 1 }));
  afterAll(() => void arrays.setThreads(1));

  it.each(Object.entries(cases))(
    '%s has the bits of the tensor operator, forward and backward',
    async (_, c) => {
      const { results, gradients } = await byTensors(c.inputs, c.byTensor, c.weights);
      const { backward, ...outputs } = (c.byArray as unknown as ByArray)(c.inputs, {
        ...c.options,
        record: true,
      });
      expect(Object.keys(outputs).sort()).toEqual(Object.keys(c.weights).sort());
      for (const [name, { data, shape }] of Object.entries(outputs)) {
        expect(data, name).toEqual(results[name]);
        expect([...shape], name).toEqual([...(c.weights as Arrays)[name]!.shape]);
      }
      const own = backward!(c.weights);
      expect(Object.keys(own).sort()).toEqual(Object.keys(c.inputs).sort());
      for (const [name, { data }] of Object.entries(own)) expect(data, name).toEqual(gradients[name]);
    },
  );

  it('optional inputs may be absent; a gradient that is not given is zero', async () => {
    const { u, delta, A, B, C } = cases.selectiveScan.inputs;
    const { y, lastState, backward } = arrays.selectiveScan({ u, delta, A, B, C }, { record: true });
    const { results, gradients } = await byTensors({ u, delta, A, B, C }, (t: never) => selectiveScan(t), {
      y: cases.selectiveScan.weights.y,
    });
    expect(y.data).toEqual(results['y']);
    expect(lastState.data).toEqual(results['lastState']);
    const own = backward!({ y: cases.selectiveScan.weights.y });
    expect(Object.keys(own).sort()).toEqual(['A', 'B', 'C', 'delta', 'u']);
    expect(own.A.data).toEqual(gradients['A']);
    expect(arrays.selectiveScan({ u, delta, A, B, C }).backward).toBeUndefined();
  });

  it('has the same bits on two threads', async () => {
    const L = 4096; // the least that threads are used for
    const inputs = {
      u: make(1, [1, 64, L]),
      delta: make(2, [1, 64, L]),
      A: make(3, [64, 4], negative),
      B: make(4, [1, 1, 4, L]),
      C: make(5, [1, 1, 4, L]),
    };
    const run = () => {
      const { y, backward } = arrays.selectiveScan(inputs, { deltaSoftplus: true, record: true });
      return [y, ...Object.values(backward!({ y: make(6, [1, 64, L]) }))].map(({ data }) =>
        createHash('sha256').update(data).digest('hex'),
      );
    };
    expect(arrays.setThreads(1)).toEqual({ threads: 1 });
    const one = run();
    expect(arrays.setThreads(2)).toEqual({ threads: 2 });
    expect(arrays.startThreads()).toBe(2);
    expect(await arrays.threadsReady()).toBe(2);
    expect(run()).toEqual(one);
    // One thread is the calling one, for which there is nothing to wait.
    arrays.setThreads(1);
    expect([arrays.startThreads(), await arrays.threadsReady()]).toEqual([1, 1]);
  });

  it('takes no more memory when it is called again', () => {
    const { u, delta, A, B, C } = cases.selectiveScan.inputs;
    const run = () => arrays.selectiveScan({ u, delta, A, B, C }, { record: true }).backward!({ y: u });
    run();
    const before = arraysArena().report();
    for (let i = 0; i < 200; i++) run();
    expect(arraysArena().report()).toEqual(before);
    expect(before.scratchBytes).toBe(0);
  });

  it('says which argument is wrong, and works on after an error', () => {
    const { u, delta, A, B, C } = cases.selectiveScan.inputs;
    const call = (changes: object) => () => arrays.selectiveScan({ u, delta, A, B, C, ...changes });
    expect(call({ A: undefined })).toThrow('selectiveScan: A: is missing, wanted { data, shape }');
    expect(call({ A: A.data })).toThrow('selectiveScan: A: has no shape');
    expect(call({ A: u })).toThrow('selectiveScan: A: got shape [2, 6, 37], wanted [6, N]');
    expect(call({ u: { ...u, data: [1, 2] } })).toThrow(
      'selectiveScan: u: got data that are no Float32Array',
    );
    expect(call({ u: { ...u, data: u.data.subarray(1) } })).toThrow(
      'selectiveScan: u: got 443 values, wanted 444 for the shape [2, 6, 37]',
    );
    const { backward } = arrays.selectiveScan({ u, delta, A, B, C }, { record: true });
    expect(() => backward!({ y: A })).toThrow(
      'selectiveScan: backward: y: got shape [6, 5], wanted [2, 6, 37]',
    );
    expect(() => backward!({ z: u } as never)).toThrow("backward: got 'z', wanted gradients of y, lastState");
    const ss2d = cases.ss2dScan.inputs;
    const ALogs = make(1, [24, 5]);
    expect(() => arrays.ss2dScan({ ...ss2d, ALogs, xProjWeight: make(2, [4, 12, 6]) })).toThrow(
      'ss2dScan: ALogs: got N = 5 states, wanted a multiple of 4',
    );
    expect(() => arrays.ssdScan({ ...cases.ssdScan.inputs, D: make(1, [4, 1]) })).toThrow(
      'ssdScan: D: got shape [4, 1], wanted [4, 3]',
    );
    expect(call({})).not.toThrow();
  });
});
