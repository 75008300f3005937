import { setThreads, startBackend, startThreads } from '@prismamba/backend';
import { kernelPool, wasmArena } from '@prismamba/backend/internal';
import { expectClose, expectRelativeError, testNumbers, typedArguments } from '@prismamba/testing';
import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-layers'; // registers the gradients of TensorFlow.js' own operators
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { selectiveScanReference } from './selective-scan.reference.js';
import { selectiveScan, selectiveScanOutput, type SelectiveScanArgs } from './selective-scan.js';

const sizes = fc.record({
  batch: fc.integer({ min: 1, max: 3 }),
  perGroup: fc.integer({ min: 1, max: 6 }),
  groups: fc.integer({ min: 1, max: 3 }),
  length: fc.integer({ min: 2, max: 150 }),
  states: fc.integer({ min: 1, max: 9 }),
  seed: fc.integer({ min: 0, max: 1000 }),
});
type Size = typeof sizes extends fc.Arbitrary<infer T> ? T : never;

/** Inputs of one case; disposed by the tidy around it. */
function inputs({ batch, perGroup, groups, length, states, seed }: Size): SelectiveScanArgs {
  const D = perGroup * groups;
  const make = <T extends tf.Tensor>(k: number, shape: number[], scale = 1, offset = 0) => {
    const count = shape.reduce((a, b) => a * b, 1);
    return tf.tensor(testNumbers(count, seed + k, scale, offset), shape) as T;
  };
  return {
    u: make(1, [batch, D, length]),
    delta: make(2, [batch, D, length]),
    A: make(3, [D, states], 0.9, -1),
    B: make(4, [batch, groups, states, length]),
    C: make(5, [batch, groups, states, length]),
    D: make(6, [D]),
    deltaBias: make(7, [D]),
    initialState: make(8, [batch, D, states]),
    deltaSoftplus: true,
  };
}
const values = (t: tf.Tensor) => t.dataSync() as Float32Array;
const check = (property: (size: Size) => void) =>
  fc.assert(
    fc.property(sizes, (size) => tf.tidy(() => property(size))),
    { numRuns: 25, seed: 11 },
  );

beforeAll(() => startBackend('wasm'));
afterAll(() => setThreads(1));

describe('selectiveScan, properties', () => {
  it('in two parts with the carried state equals the whole, to the bit at a chunk, else to rounding', () => {
    check((size) => {
      const args = inputs(size);
      const { length } = size;
      const whole = selectiveScan(args);
      const middle = Math.min(length - 1, length > 64 ? 64 : Math.ceil(length / 2));
      const part = (begin: number, count: number): SelectiveScanArgs => {
        const cut = <T extends tf.Tensor>(t: T): T => {
          const starts = t.shape.map((_, i) => (i === t.rank - 1 ? begin : 0));
          return tf.slice(t, starts, [...t.shape.slice(0, -1), count]);
        };
        return { ...args, u: cut(args.u), delta: cut(args.delta), B: cut(args.B), C: cut(args.C) };
      };
      const first = selectiveScan(part(0, middle));
      const second = selectiveScan({ ...part(middle, length - middle), initialState: first.lastState });
      const joined = tf.concat([first.y, second.y], 2);
      expectClose(values(joined), values(whole.y), { rtol: 0, atol: 0 });
      expectClose(values(second.lastState), values(whole.lastState), { rtol: 0, atol: 0 });
    });
  });

  it('run in reverse equals the reversed run of the reversed input', () => {
    check((size) => {
      const args = inputs(size);
      const flip = <T extends tf.Tensor>(t: T): T => tf.reverse(t, t.rank - 1);
      const backwards = selectiveScan({ ...args, reverse: true });
      const flipped = selectiveScan({
        ...args,
        u: flip(args.u),
        delta: flip(args.delta),
        B: flip(args.B),
        C: flip(args.C),
      });
      expectClose(values(backwards.y), values(flip(flipped.y)), { rtol: 0, atol: 0 });
      expectClose(values(backwards.lastState), values(flipped.lastState), { rtol: 0, atol: 0 });
    });
  });

  it('is linear in B and in C', () => {
    check((size) => {
      const { u, delta, A, B, C } = inputs(size);
      const args = { u, delta, A, B, C, deltaSoftplus: true };
      const other = inputs({ ...size, seed: size.seed + 100 });
      for (const name of ['B', 'C'] as const) {
        const y = (matrix: tf.Tensor) => selectiveScanOutput({ ...args, [name]: matrix });
        const sum = y(tf.add(tf.mul(args[name], 2), other[name]));
        const parts = tf.add(tf.mul(y(args[name]), 2), y(other[name]));
        expectRelativeError(values(sum), values(parts), 3e-6, name);
      }
    });
  });

  it('for one token is the formula by hand', () => {
    tf.tidy(() => {
      const one = (v: number, shape: number[]) => tf.fill(shape, v);
      const [u, raw, a, b, c, h0, d] = [0.7, 0.3, -1.2, 0.9, -0.4, 0.25, 0.5];
      const { y, lastState } = selectiveScan({
        u: one(u, [1, 1, 1]) as tf.Tensor3D,
        delta: one(raw, [1, 1, 1]) as tf.Tensor3D,
        A: one(a, [1, 1]) as tf.Tensor2D,
        B: one(b, [1, 1, 1, 1]) as tf.Tensor4D,
        C: one(c, [1, 1, 1, 1]) as tf.Tensor4D,
        D: one(d, [1]) as tf.Tensor1D,
        initialState: one(h0, [1, 1, 1]) as tf.Tensor3D,
        deltaSoftplus: true,
      });
      const delta = Math.log1p(Math.exp(raw));
      const h = Math.exp(delta * a) * h0 + delta * u * b;
      expectClose(values(lastState), [h], { rtol: 3e-7 });
      expectClose(values(y), [h * c + d * u], { rtol: 3e-7 });
    });
  });

  it('stays finite and right for extreme steps and decays', () => {
    const extremes = [-200, -90, -30, -1, 0, 1, 19.9, 20.1, 60, 1e4];
    const rates = [-1e-6, -1, -50, -1e6];
    const size = { batch: 1, channels: rates.length, length: extremes.length, states: 1, groups: 1 };
    tf.tidy(() => {
      const delta = Float32Array.from(rates.flatMap(() => extremes));
      const u = testNumbers(delta.length, 3);
      const ones = new Float32Array(extremes.length).fill(1);
      const { y } = selectiveScan({
        u: tf.tensor3d(u, [1, rates.length, extremes.length]),
        delta: tf.tensor3d(delta, [1, rates.length, extremes.length]),
        A: tf.tensor2d(rates, [rates.length, 1]),
        B: tf.tensor4d(ones, [1, 1, 1, extremes.length]),
        C: tf.tensor4d(ones, [1, 1, 1, extremes.length]),
        deltaSoftplus: true,
      });
      const f64 = (x: ArrayLike<number>) => Float64Array.from(x);
      const wanted = selectiveScanReference(
        { u: f64(u), delta: f64(delta), A: f64(rates), B: f64(ones), C: f64(ones), deltaSoftplus: true },
        size,
      );
      expect(values(y).every(Number.isFinite)).toBe(true);
      expectClose(values(y), wanted.y, { rtol: 1e-5, atol: 1e-30 });
    });
  });

  it('lets a NaN through instead of hiding it', () => {
    tf.tidy(() => {
      const args = inputs({ batch: 1, perGroup: 4, groups: 1, length: 5, states: 4, seed: 1 });
      const spoiled = values(args.delta);
      spoiled[2] = NaN;
      const y = values(selectiveScanOutput({ ...args, delta: tf.tensor3d(spoiled, args.delta.shape) }));
      expect([...y.subarray(0, 5)].map(Number.isNaN)).toEqual([false, false, true, true, true]);
      expect([...y.subarray(5)].some(Number.isNaN)).toBe(false);
    });
  });
});

describe('selectiveScan, memory and threads', () => {
  it('leaves nothing behind in a thousand calls, and the arena stays as it is', () => {
    const args = inputs({ batch: 1, perGroup: 4, groups: 1, length: 70, states: 4, seed: 1 });
    const tensors = Object.values(args).filter((v): v is tf.Tensor => v instanceof tf.Tensor);
    const run = () => {
      const { y, lastState } = selectiveScan(args);
      const g = tf.grad((u) => selectiveScanOutput({ ...args, u: u as tf.Tensor3D }))(args.u);
      tf.dispose([y, lastState, g]);
    };
    for (let i = 0; i < 10; i++) run();
    const before = [tf.memory().numTensors, wasmArena(tf.backend())!.report()];
    for (let i = 0; i < 500; i++) run();
    expect([tf.memory().numTensors, wasmArena(tf.backend())!.report()]).toEqual(before);
    tf.dispose(tensors);
  });

  it('has the same bits with 1, 2 and 3 threads over 64k tokens, and equals the reference', () => {
    const [D, L, N] = [70, 4001, 4];
    const result = (threads: number, [length, channels, batch]: readonly [number, number, number]) => {
      setThreads(threads);
      expect(startThreads().threads).toBe(threads);
      return tf.tidy(() => {
        const args = inputs({ batch, perGroup: channels, groups: 1, length, states: N, seed: 5 });
        const names = ['u', 'delta', 'A', 'B', 'C', 'D', 'deltaBias', 'initialState'] as const;
        const { value, grads } = tf.valueAndGrads((...t): tf.Tensor => {
          const moved = Object.fromEntries(names.map((name, i) => [name, t[i]]));
          const { y, lastState } = selectiveScan({ ...args, ...moved, reverse: true });
          return tf.add(tf.sum(tf.square(y)), tf.sum(lastState));
        })(names.map((name) => args[name]!));
        const y = selectiveScanOutput(args);
        expect(kernelPool()?.report().calls ?? 0).toBeGreaterThan(threads > 1 ? 0 : -1);
        return [value, y, ...grads].map((t) => Buffer.from(values(t).buffer));
      });
    };
    for (const shape of [
      [L, D, 1],
      [700, 40, 10],
    ] as const) {
      const alone = result(1, shape);
      for (const threads of [2, 3]) {
        result(threads, shape).forEach((bytes, i) =>
          expect(Buffer.compare(bytes, alone[i]!), `output ${i}, ${threads} threads`).toBe(0),
        );
      }
    }
    setThreads(1);
    tf.tidy(() => {
      const size = { batch: 1, perGroup: 2, groups: 1, length: 65536, states: 2, seed: 9 };
      const args = inputs(size);
      const data = Object.fromEntries(
        Object.entries(args).map(([name, v]) => [
          name,
          v instanceof tf.Tensor ? Float64Array.from(values(v)) : v,
        ]),
      );
      const wanted = selectiveScanReference(
        typedArguments<Parameters<typeof selectiveScanReference>[0]>(data),
        {
          batch: 1,
          channels: 2,
          length: 65536,
          states: 2,
          groups: 1,
        },
      );
      expectRelativeError(values(selectiveScanOutput(args)), wanted.y, 5e-6);
    });
  });
});
