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
import { selectiveScan, type SelectiveScanArgs } from './selective-scan.js';
import {
  selectiveScanReference,
  selectiveScanReferenceGradient,
  type SelectiveScanReferenceInputs,
  type SelectiveScanSize,
} from './selective-scan.reference.js';

const f64 = (x: ArrayLike<number>) => Float64Array.from(x);
const cases = [
  { file: 'selective_scan', names: ['u', 'delta', 'A', 'B', 'C', 'D', 'delta_bias'], softplus: true },
  { file: 'selective_scan_plain', names: ['u', 'delta', 'A', 'B', 'C'], softplus: false },
] as const;
const ours = (name: string) => (name === 'delta_bias' ? 'deltaBias' : name);

function goldenCase({ file, names, softplus }: (typeof cases)[number]) {
  const golden = readGolden(`ops/${file}.npz`);
  const data = (name: string) => golden.get(name)!.data as Float32Array;
  const [batch, channels, length] = golden.get('u')!.shape as [number, number, number];
  const [, groups, states] = golden.get('B')!.shape as [number, number, number];
  const reference = Object.fromEntries(names.map((n) => [ours(n), f64(data(n))]));
  return {
    golden,
    data,
    size: { batch, channels, length, states, groups },
    reference: typedArguments<SelectiveScanReferenceInputs>({ ...reference, deltaSoftplus: softplus }),
    dLast: golden.has('d_last_state') ? f64(data('d_last_state')) : undefined,
  };
}

/** Shapes of every input, in the order in which gradients are compared. */
const shapesOf = ({ batch, channels, length, states, groups }: SelectiveScanSize) => ({
  u: [batch, channels, length],
  delta: [batch, channels, length],
  A: [channels, states],
  B: [batch, groups, states, length],
  C: [batch, groups, states, length],
  D: [channels],
  z: [batch, channels, length],
  deltaBias: [channels],
  initialState: [batch, channels, states],
});
type Name = keyof ReturnType<typeof shapesOf>;

function randomInputs(size: SelectiveScanSize, seed: number): Record<Name, Float32Array> {
  const entries = Object.entries(shapesOf(size)).map(([name, shape], i) => {
    const count = shape.reduce((a, b) => a * b, 1);
    return [name, testNumbers(count, seed + i, 0.7, name === 'A' ? -1 : name === 'deltaBias' ? -1 : 0)];
  });
  return Object.fromEntries(entries) as Record<Name, Float32Array>;
}
const inFloat64 = (inputs: Record<Name, Float32Array>) =>
  typedArguments<SelectiveScanReferenceInputs>(
    Object.fromEntries(Object.entries(inputs).map(([n, v]) => [n, f64(v)])),
  );

describe('selectiveScan reference', () => {
  it.each(cases)('equals the golden $file, with gradients', (goldenFile) => {
    const { data, size, reference, dLast } = goldenCase(goldenFile);
    const { y, lastState } = selectiveScanReference(reference, size);
    expectRelativeError(y, data('y'), 1e-6, 'y');
    if (dLast !== undefined) expectRelativeError(lastState, data('last_state'), 1e-6, 'last state');
    const g = selectiveScanReferenceGradient(reference, size, f64(data('d_y')), dLast);
    for (const name of goldenFile.names) {
      expectRelativeError(g[ours(name) as Name], data(`grad_${name}`), 1e-5, name);
    }
  });
  it.each([false, true])('has the gradient of its forward (reverse %s)', (reverse) => {
    const size = { batch: 2, channels: 4, length: 5, states: 3, groups: 2 };
    const names = Object.keys(shapesOf(size)) as Name[];
    const values = randomInputs(size, 1);
    const dy = f64(testNumbers(40, 50));
    const dLast = f64(testNumbers(24, 51));
    const named = (inputs: readonly Float64Array[]) =>
      typedArguments<SelectiveScanReferenceInputs>({
        ...Object.fromEntries(names.map((n, i) => [n, inputs[i]!])),
        deltaSoftplus: true,
        reverse,
      });
    const inputs = names.map((n) => f64(values[n]));
    const g = selectiveScanReferenceGradient(named(inputs), size, dy, dLast);
    checkGradient({
      f: (moved) => {
        const { y, lastState } = selectiveScanReference(named(moved), size);
        return y.reduce((s, v, i) => s + v * dy[i]!, 0) + lastState.reduce((s, v, i) => s + v * dLast[i]!, 0);
      },
      inputs,
      gradients: names.map((n) => g[n]),
      names,
    });
  });
});

function tensorsOf(
  values: Partial<Record<Name, Float32Array>>,
  size: SelectiveScanSize,
): Record<string, tf.Tensor> {
  const shapes = shapesOf(size);
  return Object.fromEntries(
    Object.entries(values).map(([name, data]) => [name, tf.tensor(data, shapes[name as Name])]),
  );
}

async function compare(
  values: Partial<Record<Name, Float32Array>>,
  size: SelectiveScanSize,
  flags: { deltaSoftplus: boolean; reverse: boolean },
  wanted: {
    y: ArrayLike<number>;
    lastState?: ArrayLike<number>;
    gradients: Record<string, ArrayLike<number>>;
  },
  upstream: { dy: Float32Array; dLast?: Float32Array },
): Promise<void> {
  const tensors = tensorsOf(values, size);
  const names = Object.keys(tensors);
  const dy = tf.tensor(upstream.dy, [size.batch, size.channels, size.length]);
  const dLast =
    upstream.dLast === undefined
      ? undefined
      : tf.tensor(upstream.dLast, [size.batch, size.channels, size.states]);
  const run = (inputs: Record<string, tf.Tensor>) =>
    selectiveScan({ ...typedArguments<SelectiveScanArgs>(inputs), ...flags });
  const { y, lastState } = run(tensors);
  expectRelativeError(await y.data(), wanted.y, 2e-6, 'y');
  if (wanted.lastState) expectRelativeError(await lastState.data(), wanted.lastState, 2e-6, 'last state');
  const grads = tf.grads((...inputs) => {
    const r = run(Object.fromEntries(names.map((n, i) => [n, inputs[i]!])));
    const loss = tf.sum(tf.mul(r.y, dy));
    return dLast === undefined ? loss : tf.add(loss, tf.sum(tf.mul(r.lastState, dLast)));
  })(Object.values(tensors));
  for (const [i, name] of names.entries()) {
    expectRelativeError(await grads[i]!.data(), wanted.gradients[name]!, 1e-5, `gradient of ${name}`);
  }
  tf.dispose([
    ...Object.values(tensors),
    dy,
    y,
    lastState,
    ...grads,
    ...(dLast === undefined ? [] : [dLast]),
  ]);
}

eachBackend('selectiveScan', () => {
  it.each(cases)('equals the golden $file, with the gradient of every input', async (goldenFile) => {
    const { golden, data, size, dLast } = goldenCase(goldenFile);
    await compare(
      Object.fromEntries(goldenFile.names.map((n) => [ours(n), data(n)])),
      size,
      { deltaSoftplus: goldenFile.softplus, reverse: false },
      {
        y: data('y'),
        ...(golden.has('last_state') && { lastState: data('last_state') }),
        gradients: Object.fromEntries(goldenFile.names.map((n) => [ours(n), data(`grad_${n}`)])),
      },
      { dy: data('d_y'), ...(dLast !== undefined && { dLast: data('d_last_state') }) },
    );
  });

  it.each([
    { length: 1, channels: 1, states: 1, groups: 1, reverse: false },
    { length: 65, channels: 6, states: 5, groups: 2, reverse: true },
    { length: 130, channels: 4, states: 16, groups: 1, reverse: false },
  ])(
    'equals the reference with every input: $length tokens, $channels channels, reverse $reverse',
    async (c) => {
      const size = { batch: 2, ...c };
      const values = randomInputs(size, 7);
      const flags = { deltaSoftplus: true, reverse: c.reverse };
      const reference = { ...inFloat64(values), ...flags };
      const dy = testNumbers(values.u.length, 60);
      const dLast = testNumbers(values.initialState.length, 61);
      const { y, lastState } = selectiveScanReference(reference, size);
      const gradients = selectiveScanReferenceGradient(reference, size, f64(dy), f64(dLast));
      await compare(values, size, flags, { y, lastState, gradients: { ...gradients } }, { dy, dLast });
    },
  );

  it('carries the state over several thousand tokens', async () => {
    const size = { batch: 1, channels: 2, length: 3001, states: 4, groups: 1 };
    const { u, delta, A, B, C } = randomInputs(size, 3);
    const tensors = tensorsOf({ u, delta, A, B, C }, size);
    const { y, lastState } = selectiveScan({
      ...typedArguments<SelectiveScanArgs>(tensors),
      deltaSoftplus: true,
    });
    const wanted = selectiveScanReference(
      { ...inFloat64({ u, delta, A, B, C } as Record<Name, Float32Array>), deltaSoftplus: true },
      size,
    );
    expectRelativeError(await y.data(), wanted.y, 5e-6);
    expectRelativeError(await lastState.data(), wanted.lastState, 5e-6);
    tf.dispose([...Object.values(tensors), y, lastState]);
  });

  it('names the argument that is wrong', () => {
    tf.tidy(() => {
      const u = tf.zeros<tf.Rank.R3>([1, 4, 5]);
      const [A, B] = [tf.zeros<tf.Rank.R2>([4, 2]), tf.zeros<tf.Rank.R4>([1, 3, 2, 5])];
      expect(() => selectiveScan({ u, delta: u, A, B, C: B })).toThrow(
        'B: got 3 groups for 4 channels, wanted a divisor of 4',
      );
      expect(() => selectiveScan({ u, delta: u, A: tf.zeros([3, 2]), B, C: B })).toThrow(
        'selectiveScan: A: got shape [3, 2], wanted [4, N]',
      );
    });
  });
});
