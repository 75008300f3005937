import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-layers'; // registers the gradients of TensorFlow.js' own operators
import { beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { defineOperator, registerKernels, type Infos } from './index.js';

interface Inputs {
  readonly x: tf.Tensor;
  readonly shift?: tf.Tensor | undefined;
  readonly terms: readonly tf.Tensor[];
}
interface Attributes {
  readonly factor: number;
}

const calls: string[] = [];

/** y = factor x + shift + sum of the terms, all of one shape; `name` sets its kernels apart from other tests'. */
function makeOperator(name: string) {
  return defineOperator({
    name,
    inputs: { x: 'required', shift: 'optional', terms: 'list' },
    attributes: { factor: 'number' },
    outputs: ['y', 'doubled'],
    saved: { inputs: 'all', intermediates: ['seen'] },
    composed: ({ x, shift, terms }: Inputs, { factor }: Attributes) => {
      calls.push('composed');
      return tf.tidy(() => {
        const scaled = tf.mul(x, factor);
        const y = tf.addN([scaled, ...(shift === undefined ? [] : [shift]), ...terms]);
        return { y, doubled: tf.mul(y, 2) };
      });
    },
  });
}

/** The values of the CPU backend, and a new tensor of it. */
interface CpuBackend {
  readonly data: { get(dataId: object): { values: Float32Array } };
  makeTensorInfo(shape: number[], dtype: tf.DataType, values: Float32Array): tf.TensorInfo;
}
const valuesOf = (backend: unknown, info: tf.TensorInfo) =>
  (backend as CpuBackend).data.get(info.dataId).values;
const like = (backend: unknown, info: tf.TensorInfo, of: (i: number) => number) =>
  (backend as CpuBackend).makeTensorInfo(
    info.shape,
    'float32',
    Float32Array.from(valuesOf(backend, info), (_, i) => of(i)),
  );

function register(operator: ReturnType<typeof makeOperator>, supports?: (inputs: Infos<Inputs>) => boolean) {
  registerKernels(operator, 'cpu', {
    ...(supports === undefined ? {} : { supports }),
    forward({ backend, inputs: { x, shift, terms }, attributes: { factor }, recording }) {
      calls.push(recording ? 'forward, recording' : 'forward');
      const y = (i: number) =>
        factor * valuesOf(backend, x)[i]! +
        (shift === undefined ? 0 : valuesOf(backend, shift)[i]!) +
        terms.reduce((sum, term) => sum + valuesOf(backend, term)[i]!, 0);
      const outputs = { y: like(backend, x, y), doubled: like(backend, x, (i) => 2 * y(i)) };
      return recording ? { ...outputs, seen: like(backend, x, () => factor) } : outputs;
    },
    backward({ backend, inputs, given, intermediates, upstream }) {
      calls.push('backward');
      const dy = (i: number) =>
        valuesOf(backend, upstream.y)[i]! + 2 * valuesOf(backend, upstream.doubled)[i]!;
      const factor = valuesOf(backend, intermediates.seen)[0]!;
      return {
        x: like(backend, inputs.x, (i) => factor * dy(i)),
        shift: given('shift') ? like(backend, inputs.x, dy) : undefined,
        terms: inputs.terms.map((term) => like(backend, term, dy)),
      };
    },
  });
}

beforeAll(() => tf.setBackend('cpu'));
beforeEach(() => {
  calls.length = 0;
});

describe('defineOperator', () => {
  it('registers nothing, and runs the composed form where the backend has no kernel', () => {
    const operator = makeOperator('OperatorTestComposed');
    expect(tf.getKernel(operator.name, 'cpu')).toBeUndefined();
    expect(operator.hasKernel()).toBe(false);
    tf.tidy(() => {
      const { y, doubled } = operator.run({ x: tf.tensor1d([1, 2]), terms: [] }, { factor: 3 });
      expect([...y.dataSync(), ...doubled.dataSync()]).toEqual([3, 6, 6, 12]);
    });
    expect(calls).toEqual(['composed']);
    expect(tf.getGradient(operator.name)).toBeUndefined();
  });

  it.each([
    { label: 'all inputs', shift: true, terms: 2 },
    { label: 'the optional one absent', shift: false, terms: 1 },
    { label: 'an empty list', shift: true, terms: 0 },
  ])('the kernel and its gradient give what the composed form gives: $label', ({ shift, terms }) => {
    const operator = makeOperator(`OperatorTest${terms}`);
    register(operator);
    const before = tf.memory().numTensors;
    tf.tidy(() => {
      const make = (seed: number) => tf.tensor1d([seed, -2 * seed, 0.5]);
      const list = [
        make(1),
        ...(shift ? [make(2)] : []),
        ...Array.from({ length: terms }, (_, k) => make(3 + k)),
      ];
      const inputsOf = ([x, ...rest]: readonly tf.Tensor[]): Inputs => ({
        x: x!,
        shift: shift ? rest[0] : undefined,
        terms: rest.slice(shift ? 1 : 0),
      });
      const loss =
        (form: 'run' | 'composed') =>
        (...tensors: tf.Tensor[]): tf.Tensor => {
          const outputs = operator[form](inputsOf(tensors), { factor: 3 });
          // What only the gradient needs is none of them.
          expect(Object.keys(outputs)).toEqual(['y', 'doubled']);
          const { y, doubled } = outputs;
          return tf.sum(tf.add(tf.square(y), tf.mul(doubled, [1, 2, 3])));
        };
      const got = tf.valueAndGrads(loss('run'))(list);
      expect(calls).toEqual(['forward, recording', 'backward']);
      const wanted = tf.valueAndGrads(loss('composed'))(list);
      expect(got.value.dataSync()).toEqual(wanted.value.dataSync());
      expect(got.grads.map((g) => [...g.dataSync()])).toEqual(wanted.grads.map((g) => [...g.dataSync()]));
      calls.length = 0;
      operator.run(inputsOf(list), { factor: 3 });
      expect(calls).toEqual(['forward']); // nothing is stored where no gradient can follow
    });
    expect(tf.memory().numTensors).toBe(before);
  });

  it('falls back for inputs that the kernels do not support', () => {
    const operator = makeOperator('OperatorTestSupports');
    register(operator, ({ x }) => x.shape[0]! % 2 === 0);
    tf.tidy(() => {
      operator.run({ x: tf.tensor1d([1, 2]), terms: [] }, { factor: 1 });
      operator.run({ x: tf.tensor1d([1, 2, 3]), terms: [] }, { factor: 1 });
    });
    expect(calls).toEqual(['forward', 'composed']);
    expect(operator.hasKernel()).toBe(true);
  });

  it('frees what only the gradient needed: no tensor is left after a gradient', () => {
    const operator = makeOperator('OperatorTestRelease');
    register(operator);
    const x = tf.tensor1d([1, 2]);
    const before = tf.memory().numTensors;
    const dx = tf.grad((t) => operator.run({ x: t, terms: [] }, { factor: 2 }).y)(x);
    expect([...dx.dataSync()]).toEqual([2, 2]);
    dx.dispose();
    expect(tf.memory().numTensors).toBe(before);
    x.dispose();
  });
});

describe('kernels that nobody imported', () => {
  const declare = (name: string, kernels?: Readonly<Record<string, string>>) =>
    defineOperator({
      name,
      inputs: { x: 'required' },
      attributes: {},
      outputs: ['y'],
      ...(kernels === undefined ? {} : { kernels }),
      composed: ({ x }: { readonly x: tf.Tensor }) => ({ y: tf.mul(x, 2) }),
    });
  const messagesOf = (...operators: readonly ReturnType<typeof declare>[]): string[] => {
    const warn = vi.spyOn(console, 'warn').mockImplementation(() => {});
    try {
      tf.tidy(() => operators.forEach((operator) => operator.run({ x: tf.scalar(1) })));
      return warn.mock.calls.map(([message]) => String(message));
    } finally {
      warn.mockRestore();
    }
  };

  it('are named once an import, and not where a backend has none by design', () => {
    expect(messagesOf(declare('WarnPlain'), declare('WarnOther', { wasm: 'a/wasm' }))).toEqual([]);
    const [first, second] = [declare('WarnFirst', { cpu: 'a/cpu' }), declare('WarnSecond', { cpu: 'a/cpu' })];
    expect(messagesOf(first, first, second)).toEqual([
      expect.stringMatching(
        /^WarnFirst: its kernels for the 'cpu' backend are not registered.*import 'a\/cpu';$/,
      ),
    ]);
  });

  it('are not missed where they are registered, also where they do not take these inputs', () => {
    const operator = declare('WarnRegistered', { cpu: 'b/cpu' });
    tf.registerKernel({
      kernelName: operator.name,
      backendName: 'cpu',
      supports: () => false,
      kernelFunc: () => expect.fail('it does not take these inputs'),
    } as tf.KernelConfig);
    expect(messagesOf(operator)).toEqual([]);
  });
});

describe('saved outputs', () => {
  it('reach the gradient kernel, under their names and beside the saved inputs', () => {
    const operator = defineOperator({
      name: 'OperatorTestSavedOutput',
      inputs: { x: 'required', factor: 'required' },
      attributes: {},
      outputs: ['sum', 'y'],
      saved: { inputs: ['factor'], outputs: ['y'] },
      gradients: ['x'],
      composed: ({ x, factor }: { readonly x: tf.Tensor; readonly factor: tf.Tensor }) => {
        const y = tf.exp(tf.mul(x, factor));
        return { sum: tf.sum(y), y };
      },
    });
    registerKernels(operator, 'cpu', {
      forward: ({ backend, inputs: { x, factor } }) => {
        const y = like(backend, x, (i) => Math.exp(valuesOf(backend, x)[i]! * valuesOf(backend, factor)[0]!));
        const sum = valuesOf(backend, y).reduce((a, b) => a + b, 0);
        return {
          sum: (backend as CpuBackend).makeTensorInfo([], 'float32', Float32Array.of(sum)),
          y,
        };
      },
      // dx = (dsum + dy) factor y
      backward: ({ backend, inputs, outputs, upstream }) => {
        expect(inputs.x, 'it is not saved').toBeUndefined();
        expect(outputs.sum, 'it is not saved').toBeUndefined();
        const factor = valuesOf(backend, inputs.factor)[0]!;
        const dsum = valuesOf(backend, upstream.sum)[0]!;
        const y = valuesOf(backend, outputs.y);
        return {
          x: like(backend, outputs.y, (i) => (dsum + valuesOf(backend, upstream.y)[i]!) * factor * y[i]!),
        };
      },
    });
    const before = tf.memory().numTensors;
    tf.tidy(() => {
      const factor = tf.scalar(3);
      const loss = (form: 'run' | 'composed') => (x: tf.Tensor) => {
        const { sum, y } = operator[form]({ x, factor });
        return tf.add(tf.mul(sum, 2), tf.sum(tf.mul(y, [1, 5])));
      };
      const x = tf.tensor1d([0.25, -1]);
      const [got, wanted] = [tf.grad(loss('run'))(x).dataSync(), tf.grad(loss('composed'))(x).dataSync()];
      got.forEach((value, i) => expect(value).toBeCloseTo(wanted[i]!, 5));
      expect(Math.abs(wanted[0]!)).toBeGreaterThan(1);
    });
    expect(tf.memory().numTensors).toBe(before);
  });
});

describe('registerKernels', () => {
  it('says which gradient or output a kernel did not return', () => {
    const operator = makeOperator('OperatorTestMissing');
    registerKernels(operator, 'cpu', {
      forward: ({ backend, inputs, recording }) => {
        const info = () => like(backend, inputs.x, () => 1);
        const outputs = { y: info(), doubled: info() };
        return recording ? { ...outputs, seen: info() } : outputs;
      },
      backward: () => ({}),
    });
    tf.tidy(() => {
      const run = (x: tf.Tensor) => operator.run({ x, terms: [] }, { factor: 1 }).y;
      expect(() => tf.grad(run)(tf.tensor1d([1]))).toThrow(
        "OperatorTestMissingGradient: the kernel returned no gradient of 'x'",
      );
    });
  });

  it('wants a gradient kernel, or a gradient in the declaration', () => {
    const operator = makeOperator('OperatorTestNoBackward');
    expect(() =>
      registerKernels(operator, 'cpu', { forward: ({ inputs }) => ({ y: inputs.x, doubled: inputs.x }) }),
    ).toThrow("OperatorTestNoBackward on 'cpu': backward: got none, wanted the gradient kernel");
  });
});
