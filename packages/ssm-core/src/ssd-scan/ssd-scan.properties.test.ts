import { startBackend } from '@prismamba/backend';
import { wasmArena } from '@prismamba/backend/internal';
import { expectClose, expectRelativeError, testNumbers, typedArguments } from '@prismamba/testing';
import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-layers'; // registers the gradients of TensorFlow.js' own operators
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { causalConv1d } from '../causal-conv1d/causal-conv1d.js';
import { crossMerge, crossScan } from '../cross-scan/cross-scan.js';
import { ssdScanReference } from './ssd-scan.reference.js';
import { ssdScan, type SsdScanArgs } from './ssd-scan.js';

const sizes = fc.record({
  batch: fc.integer({ min: 1, max: 2 }),
  perGroup: fc.integer({ min: 1, max: 3 }),
  groups: fc.integer({ min: 1, max: 3 }),
  P: fc.integer({ min: 1, max: 9 }),
  N: fc.integer({ min: 1, max: 17 }),
  length: fc.integer({ min: 65, max: 150 }),
  seed: fc.integer({ min: 0, max: 1000 }),
});
type Size = typeof sizes extends fc.Arbitrary<infer T> ? T : never;

function inputs({
  batch,
  perGroup,
  groups,
  P,
  N,
  length,
  seed,
}: Size): Required<Omit<SsdScanArgs, 'chunkSize'>> {
  const H = perGroup * groups;
  const make = <T extends tf.Tensor>(k: number, shape: number[], scale = 1, offset = 0) =>
    tf.tensor(
      testNumbers(
        shape.reduce((a, b) => a * b, 1),
        seed + k,
        scale,
        offset,
      ),
      shape,
    ) as T;
  return {
    x: make(1, [batch, length, H, P]),
    dt: make(2, [batch, length, H]),
    A: make(3, [H], 0.9, -1),
    B: make(4, [batch, length, groups, N]),
    C: make(5, [batch, length, groups, N]),
    D: make(6, [H, P]),
    dtBias: make(7, [H]),
    initialStates: make(8, [batch, H, P, N]),
    dtSoftplus: true,
  };
}
const values = (t: tf.Tensor) => t.dataSync() as Float32Array;
const check = (property: (size: Size) => void) =>
  fc.assert(
    fc.property(sizes, (size) => tf.tidy(() => property(size))),
    { numRuns: 20, seed: 12 },
  );

beforeAll(() => startBackend('wasm'));

describe('ssdScan, properties', () => {
  it('in two parts with the carried states equals the whole to the last bit', () => {
    check((size) => {
      const args = inputs(size);
      const whole = ssdScan(args);
      const part = (begin: number, count: number): SsdScanArgs => {
        const cut = <T extends tf.Tensor>(t: T): T =>
          tf.slice(
            t,
            t.shape.map((_, i) => (i === 1 ? begin : 0)),
            t.shape.map((n, i) => (i === 1 ? count : n)),
          );
        return { ...args, x: cut(args.x), dt: cut(args.dt), B: cut(args.B), C: cut(args.C) };
      };
      const first = ssdScan(part(0, 40));
      const second = ssdScan({ ...part(40, size.length - 40), initialStates: first.finalStates });
      expectClose(values(tf.concat([first.y, second.y], 1)), values(whole.y), { rtol: 0, atol: 0 });
      expectClose(values(second.finalStates), values(whole.finalStates), { rtol: 0, atol: 0 });
    });
  });

  it('is linear in x', () => {
    check((size) => {
      const { D, initialStates, ...args } = inputs(size);
      const y = (x: tf.Tensor4D) => ssdScan({ ...args, x, D }).y;
      const other = tf.reverse(args.x, 1);
      const sum = y(tf.add(tf.mul(args.x, 2), other));
      expectRelativeError(values(sum), values(tf.add(tf.mul(y(args.x), 2), y(other))), 3e-6);
      initialStates.dispose();
    });
  });

  it('stays right over 64k tokens and for extreme steps', () => {
    tf.tidy(() => {
      const size = { batch: 1, perGroup: 1, groups: 1, P: 2, N: 2, length: 65536, seed: 4 };
      const args = inputs(size);
      const steps = values(args.dt);
      [-200, -90, 19.9, 20.1, 60, 1e4].forEach((v, i) => (steps[1000 * i] = v));
      const moved = { ...args, dt: tf.tensor3d(steps, args.dt.shape) };
      const data = Object.fromEntries(
        Object.entries(moved).map(([name, v]) => [
          name,
          v instanceof tf.Tensor ? Float64Array.from(values(v)) : v,
        ]),
      );
      const wanted = ssdScanReference(typedArguments<Parameters<typeof ssdScanReference>[0]>(data), {
        batch: 1,
        length: 65536,
        heads: 1,
        headDim: 2,
        groups: 1,
        states: 2,
      });
      const { y, finalStates } = ssdScan(moved);
      expectRelativeError(values(y), wanted.y, 5e-6);
      expectRelativeError(values(finalStates), wanted.finalStates, 5e-6);
    });
  });

  it('and the sequence operators leave nothing behind in a thousand calls', () => {
    const args = inputs({ batch: 1, perGroup: 1, groups: 2, P: 3, N: 3, length: 66, seed: 1 });
    const map = tf.ones<tf.Rank.R4>([1, 3, 4, 5]);
    const sequence = tf.ones<tf.Rank.R3>([1, 9, 5]);
    const weight = tf.ones<tf.Rank.R3>([5, 1, 4]);
    const run = () =>
      tf.dispose([
        tf.grad((x) => ssdScan({ ...args, x: x as tf.Tensor4D }).y)(args.x),
        tf.grad((x) => crossMerge(crossScan(x as tf.Tensor4D), 3, 4))(map),
        tf.grad((x) => causalConv1d({ x: x as tf.Tensor3D, weight }))(sequence),
      ]);
    for (let i = 0; i < 10; i++) run();
    const before = [tf.memory().numTensors, wasmArena(tf.backend())!.report()];
    for (let i = 0; i < 334; i++) run();
    expect([tf.memory().numTensors, wasmArena(tf.backend())!.report()]).toEqual(before);
    tf.dispose([map, sequence, weight, ...Object.values(args).filter((v) => v instanceof tf.Tensor)]);
  });
});
