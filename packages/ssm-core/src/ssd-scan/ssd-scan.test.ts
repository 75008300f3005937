import {
  checkGradient,
  eachBackend,
  expectRelativeError,
  readGolden,
  testNumbers,
  typedArguments,
} from '@prismamba/testing';
import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-layers'; // registers the gradients of TensorFlow.js' own operators
import { describe, expect, it } from 'vitest';
import { ssdScan, type SsdScanArgs } from './ssd-scan.js';
import {
  ssdScanReference,
  ssdScanReferenceGradient,
  type SsdScanReferenceInputs,
} from './ssd-scan.reference.js';

const golden = readGolden('ops/ssd_chunk_scan.npz');
const array = (name: string) => golden.get(name)!.data as Float32Array;
const f64 = (x: ArrayLike<number>) => Float64Array.from(x);
const tensor = <T extends tf.Tensor>(name: string) =>
  tf.tensor(array(name), [...golden.get(name)!.shape]) as T;
const sizeOf = (prefix: string) => {
  const [batch, length, heads, headDim] = golden.get(`${prefix}x`)!.shape as [number, number, number, number];
  const [, , groups, states] = golden.get(`${prefix}B`)!.shape as [number, number, number, number];
  return { batch, length, heads, headDim, groups, states };
};
/** Golden initial states may have an axis of one chunk, [B, 1, H, P, N]. */
const statesTensor = (name: string): tf.Tensor4D => {
  const { batch, heads, headDim, states } = sizeOf('');
  return tf.tensor4d(array(name), [batch, heads, headDim, states]);
};
const referenceInputs = (prefix: string): SsdScanReferenceInputs => ({
  x: f64(array(`${prefix}x`)),
  dt: f64(array(`${prefix}dt`)),
  A: f64(array(`${prefix}A`)),
  B: f64(array(`${prefix}B`)),
  C: f64(array(`${prefix}C`)),
  D: f64(array(`${prefix}D`)),
  dtBias: f64(array(`${prefix}dt_bias`)),
  dtSoftplus: true,
  ...(prefix === '' && { initialStates: f64(array('initial_states')) }),
});

describe('ssdScan reference', () => {
  it.each(['', 'noinit_'])("equals the golden '%s' case, with gradients", (prefix) => {
    const inputs = referenceInputs(prefix);
    const size = sizeOf(prefix);
    const { y, finalStates } = ssdScanReference(inputs, size);
    expectRelativeError(y, array(`${prefix}y`), 1e-6, 'y');
    expectRelativeError(finalStates, array(`${prefix}final_state`), 1e-6, 'final state');
    const dy = f64(array(`${prefix}d_y`));
    const dFinal = f64(array(`${prefix}d_final_state`));
    const g = ssdScanReferenceGradient(inputs, size, dy, dFinal);
    for (const name of ['x', 'dt', 'A', 'B', 'C', 'D'] as const) {
      expectRelativeError(g[name], array(`${prefix}grad_${name}`), 1e-5, name);
    }
    expectRelativeError(g.dtBias, array(`${prefix}grad_dt_bias`), 1e-5, 'dtBias');
    if (prefix === '')
      expectRelativeError(g.initialStates, array('grad_initial_states'), 1e-5, 'initial states');
  });

  it('has the gradient of its forward in random directions', () => {
    const small = { batch: 1, length: 5, heads: 4, headDim: 3, groups: 2, states: 2 };
    const shapes = { x: 60, dt: 20, A: 4, B: 20, C: 20, D: 12, dtBias: 4, initialStates: 24 };
    const names = Object.keys(shapes) as (keyof typeof shapes)[];
    const inputs = names.map((n, i) => f64(testNumbers(shapes[n], i + 1, 0.5, n === 'A' ? -1 : 0)));
    const dy = f64(testNumbers(60, 20));
    const dFinal = f64(testNumbers(24, 21));
    const named = (values: readonly Float64Array[]) =>
      typedArguments<SsdScanReferenceInputs>({
        ...Object.fromEntries(names.map((n, i) => [n, values[i]!])),
        dtSoftplus: true,
      });
    const g = ssdScanReferenceGradient(named(inputs), small, dy, dFinal);
    checkGradient({
      f: (values) => {
        const { y, finalStates } = ssdScanReference(named(values), small);
        return (
          y.reduce((s, v, i) => s + v * dy[i]!, 0) + finalStates.reduce((s, v, i) => s + v * dFinal[i]!, 0)
        );
      },
      inputs,
      gradients: names.map((n) => g[n]),
      names,
    });
  });
});

function tensors(prefix: string): Required<Omit<SsdScanArgs, 'dtSoftplus' | 'chunkSize' | 'initialStates'>> {
  const t = <T extends tf.Tensor>(name: string) => tensor<T>(`${prefix}${name}`);
  return {
    x: t('x'),
    dt: t('dt'),
    A: t('A'),
    B: t('B'),
    C: t('C'),
    D: t('D'),
    dtBias: t('dt_bias'),
  };
}

eachBackend('ssdScan', () => {
  it.each(['', 'noinit_'])(
    "equals the golden '%s' case, with the gradient of every input",
    async (prefix) => {
      const inputs = tensors(prefix);
      const all: Record<string, tf.Tensor> = { ...inputs };
      if (prefix === '') all['initialStates'] = statesTensor('initial_states');
      const names = Object.keys(all);
      const dy = tensor(`${prefix}d_y`);
      const dFinal = tensor(`${prefix}d_final_state`);
      const { y, finalStates } = ssdScan({
        ...typedArguments<SsdScanArgs>(all),
        dtSoftplus: true,
      });
      expectRelativeError(await y.data(), array(`${prefix}y`), 2e-6, 'y');
      expectRelativeError(await finalStates.data(), array(`${prefix}final_state`), 2e-6, 'final states');
      const grads = tf.grads((...values) => {
        const args = typedArguments<SsdScanArgs>(Object.fromEntries(names.map((n, i) => [n, values[i]!])));
        const r = ssdScan({ ...args, dtSoftplus: true });
        return tf.add(tf.sum(tf.mul(r.y, dy)), tf.sum(tf.mul(r.finalStates, dFinal)));
      })(Object.values(all));
      const official: Record<string, string> = { dtBias: 'dt_bias', initialStates: 'initial_states' };
      for (const [i, name] of names.entries()) {
        expectRelativeError(
          await grads[i]!.data(),
          array(`${prefix}grad_${official[name] ?? name}`),
          1e-5,
          name,
        );
      }
      tf.dispose([...Object.values(all), dy, dFinal, y, finalStates, ...grads]);
    },
  );

  it('gives the same for any chunk length', async () => {
    const { initialStates, inputs } = {
      initialStates: statesTensor('initial_states'),
      inputs: tensors(''),
    };
    for (const q of golden.get('chunks')!.data as BigInt64Array) {
      const { y, finalStates } = ssdScan({
        ...inputs,
        initialStates,
        dtSoftplus: true,
        chunkSize: Number(q),
      });
      expectRelativeError(await y.data(), array(`y_chunk${q}`), 2e-6, `chunk ${q}`);
      tf.dispose([y, finalStates]);
    }
    tf.dispose([...Object.values(inputs), initialStates]);
  });

  it.each([1, 7, 301])(
    'equals the reference for length %i without optional inputs, chunk 16',
    async (length) => {
      const at = { batch: 1, length, heads: 2, headDim: 3, groups: 1, states: 4 };
      const x = testNumbers(length * 6, 1);
      const dt = testNumbers(length * 2, 2, 0.5, 0.6);
      const A = testNumbers(2, 3, 0.3, -1);
      const [B, C] = [testNumbers(length * 4, 4), testNumbers(length * 4, 5)];
      const wanted = ssdScanReference({ x: f64(x), dt: f64(dt), A: f64(A), B: f64(B), C: f64(C) }, at);
      const got = tf.tidy(() => {
        const { y, finalStates } = ssdScan({
          x: tf.tensor4d(x, [1, length, 2, 3]),
          dt: tf.tensor3d(dt, [1, length, 2]),
          A: tf.tensor1d(A),
          B: tf.tensor4d(B, [1, length, 1, 4]),
          C: tf.tensor4d(C, [1, length, 1, 4]),
          chunkSize: 16,
        });
        return { y, finalStates };
      });
      expectRelativeError(await got.y.data(), wanted.y, 2e-6);
      expectRelativeError(await got.finalStates.data(), wanted.finalStates, 2e-6);
      tf.dispose([got.y, got.finalStates]);
    },
  );

  it('equals the reference over several chunks of two images and two groups, with the gradient of every input', async () => {
    // States are kept at the start of each chunk (64 tokens), for each image and group.
    const at = { batch: 2, length: 150, heads: 4, headDim: 3, groups: 2, states: 5 };
    const shapes = {
      x: [2, 150, 4, 3],
      dt: [2, 150, 4],
      A: [4],
      B: [2, 150, 2, 5],
      C: [2, 150, 2, 5],
      D: [4, 3],
      dtBias: [4],
      initialStates: [2, 4, 3, 5],
    };
    const names = Object.keys(shapes) as (keyof typeof shapes)[];
    const values = names.map((n, i) =>
      testNumbers(tf.util.sizeFromShape(shapes[n]), i + 1, 0.5, n === 'A' ? -1 : 0),
    );
    const reference = {
      ...typedArguments<SsdScanReferenceInputs>(
        Object.fromEntries(names.map((n, i) => [n, f64(values[i]!)])),
      ),
      dtSoftplus: true,
    };
    const wanted = ssdScanReference(reference, at);
    const [dy, dFinal] = [testNumbers(wanted.y.length, 20), testNumbers(wanted.finalStates.length, 21)];
    const gradients = ssdScanReferenceGradient(reference, at, f64(dy), f64(dFinal));
    const tensors = names.map((n, i) => tf.tensor(values[i]!, shapes[n]));
    const run = (list: readonly tf.Tensor[]) =>
      ssdScan({
        ...typedArguments<SsdScanArgs>(Object.fromEntries(names.map((n, i) => [n, list[i]!]))),
        dtSoftplus: true,
      });
    const { y, finalStates } = run(tensors);
    expectRelativeError(await y.data(), wanted.y, 2e-6, 'y');
    expectRelativeError(await finalStates.data(), wanted.finalStates, 2e-6, 'final states');
    const [upstream, last] = [tf.tensor(dy, y.shape), tf.tensor(dFinal, finalStates.shape)];
    const grads = tf.grads((...list) => {
      const r = run(list);
      return tf.add(tf.sum(tf.mul(r.y, upstream)), tf.sum(tf.mul(r.finalStates, last)));
    })(tensors);
    for (const [i, name] of names.entries())
      expectRelativeError(await grads[i]!.data(), gradients[name], 2e-5, name);
    tf.dispose([...tensors, y, finalStates, upstream, last, ...grads]);
  });

  it('names what is wrong', () => {
    tf.tidy(() => {
      const inputs = {
        x: tf.zeros<tf.Rank.R4>([2, 5, 8, 3]),
        dt: tf.zeros<tf.Rank.R3>([2, 5, 8]),
        A: tf.zeros<tf.Rank.R1>([8]),
        B: tf.zeros<tf.Rank.R4>([2, 5, 4, 2]),
        C: tf.zeros<tf.Rank.R4>([2, 5, 4, 2]),
      };
      expect(() => ssdScan({ ...inputs, B: tf.zeros([2, 5, 3, 2]) })).toThrow(
        'ssdScan: B: got 3 groups for 8 heads, wanted a divisor of 8',
      );
      expect(() => ssdScan({ ...inputs, chunkSize: 0 })).toThrow(
        'chunkSize: got 0, wanted a whole number >= 1',
      );
      expect(() => ssdScan({ ...inputs, A: tf.zeros([7]) })).toThrow('ssdScan: A: got shape [7], wanted [8]');
    });
  });
});
