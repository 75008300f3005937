import { whyNoWebgpu, withWebgpuFactory } from '@prismamba/testing';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { startBackend } from '../start-backend.js';
import { keepNan } from './keep-nan.js';
import { transpose } from './transpose.js';

const reason = whyNoWebgpu();
describe.skipIf(reason !== undefined)(`WebGPU backend${reason ? ` (skipped: ${reason})` : ''}`, () => {
  beforeAll(() => startBackend('webgpu'));

  it('is on an adapter with a name', async () => {
    const { considered, backend } = await startBackend('webgpu');
    expect(backend).toBe('webgpu');
    expect(considered[0]!.adapter).toMatch(/\w/);
    if (considered[0]!.device === 'cpu') expect(considered[0]!.detail).toContain('a software adapter');
  });

  it('adds more tensors than a device binds at once', async () => {
    const terms = Array.from({ length: 23 }, (_, i) => tf.tensor1d([i, 2 * i, -i]));
    const sum = tf.addN(terms);
    expect([...(await sum.data())]).toEqual([253, 506, -253]);
    tf.dispose([...terms, sum]);
  });

  it.each([
    [
      [33, 40],
      [1, 0],
    ],
    [
      [2, 3, 4, 5],
      [0, 3, 1, 2],
    ],
    [
      [2, 3, 2, 5, 1, 4],
      [5, 2, 0, 4, 1, 3],
    ],
  ])('our Transpose of %j by %j', async (shape, perm) => {
    const count = shape.reduce((a, b) => a * b, 1);
    const x = tf.tensor(
      Float32Array.from({ length: count }, (_, i) => i),
      shape,
    );
    const wanted = tf.transpose(x, perm);
    const values = await wanted.data();
    const info = transpose.kernelFunc({ inputs: { x }, attrs: { perm }, backend: tf.backend() });
    const got = tf.engine().makeTensorFromTensorInfo(info as tf.TensorInfo);
    expect(got.shape).toEqual(wanted.shape);
    expect([...(await got.data())]).toEqual([...values]);
    tf.dispose([x, wanted, got]);
  });

  it.each([
    [
      [2, 3, 4, 5, 10],
      [
        [0, 0],
        [0, 0],
        [1, 2],
        [0, 0],
        [0, 0],
      ],
    ],
    [
      [2, 3, 4, 5, 5, 2],
      [
        [1, 0],
        [0, 1],
        [2, 0],
        [0, 0],
        [1, 1],
        [0, 3],
      ],
    ],
    [
      [2, 3, 4, 5, 10],
      [
        [0, 0],
        [0, 0],
        [0, 0],
        [0, 0],
        [0, 0],
      ],
    ],
  ] as const)('pads tensors of more axes than a vector of WGSL has: %j by %j', async (shape, paddings) => {
    const count = shape.reduce<number>((a, b) => a * b, 1);
    const values = Float32Array.from({ length: count }, (_, i) => i + 1);
    const pads = paddings.map(([before, after]) => [before, after] as [number, number]);
    const before = tf.memory().numTensors;
    const padded = tf.tidy(() => tf.pad(tf.mul(tf.tensor(values, [...shape]), 1), pads, -7));
    expect(padded.shape).toEqual(shape.map((size, axis) => size + pads[axis]![0] + pads[axis]![1]));
    const strides = [...tf.util.computeStrides(padded.shape), 1];
    const inner = [...tf.util.computeStrides([...shape]), 1];
    const wanted = Array.from({ length: padded.size }, (_, at) => {
      const places = strides.map(
        (stride, axis) => (Math.floor(at / stride) % padded.shape[axis]!) - pads[axis]![0],
      );
      const inside = places.every((place, axis) => place >= 0 && place < shape[axis]!);
      return inside ? values[places.reduce((sum, place, axis) => sum + place * inner[axis]!, 0)] : -7;
    });
    expect([...(await padded.data())]).toEqual(wanted);
    padded.dispose();
    expect(tf.memory().numTensors).toBe(before);
  });

  it('takes our Transpose where TensorFlow.js computes a wrong one, and leaves a right one', async () => {
    const original = tf.getKernel('Transpose', 'webgpu');
    const { replaceBrokenTranspose } = await import('./transpose.js');
    expect(await replaceBrokenTranspose()).toBeUndefined();
    expect(tf.getKernel('Transpose', 'webgpu')).toBe(original);
    tf.unregisterKernel('Transpose', 'webgpu');
    tf.registerKernel({
      ...original,
      kernelFunc: ({ inputs, attrs }) => {
        const { perm } = attrs as unknown as { perm: number[] };
        return tf.reshape(
          inputs['x'] as tf.Tensor,
          perm.map((axis) => inputs['x']!.shape[axis]!),
        );
      },
    });
    expect(await replaceBrokenTranspose()).toBe('its result is wrong');
    expect(tf.getKernel('Transpose', 'webgpu')).toBe(transpose);
    tf.unregisterKernel('Transpose', 'webgpu');
    tf.registerKernel(original);
  });

  describe('NaN in TensorFlow.js kernels', () => {
    const count = 40;
    const values = Float32Array.from({ length: 30 * count }, (_, i) =>
      i === 7 || i === 8 * count + 3 ? NaN : (i % 13) / 4 - 1,
    );
    const nans = (got: ArrayLike<number>) => Array.from(got).flatMap((v, i) => (Number.isNaN(v) ? [i] : []));
    const spoilt = nans(values);
    const rows = [0, 8].flatMap((row) => Array.from({ length: count }, (_, i) => row * count + i));
    const cases: Readonly<Record<string, readonly [(x: tf.Tensor) => tf.Tensor, number[]]>> = {
      elu: [tf.elu, spoilt],
      exp: [tf.exp, spoilt],
      expm1: [tf.expm1, spoilt],
      log: [(x) => tf.log(tf.add(x, 2)), spoilt],
      selu: [tf.selu, spoilt],
      sigmoid: [tf.sigmoid, spoilt],
      softmax: [(x) => tf.softmax(x), rows],
      softplus: [tf.softplus, spoilt],
      'gradient of softmax': [tf.grad((x) => tf.sum(tf.square(tf.softmax(x)))), rows],
    };
    it.each(Object.entries(cases))('%s keeps it, and all other numbers', async (_, [f, wanted]) => {
      const of = async (array: Float32Array) => {
        const [got, tensors] = [
          tf.tidy(() => f(tf.tensor(array, [array.length / count, count]))),
          tf.memory().numTensors,
        ];
        const data = await got.data();
        got.dispose();
        expect(tf.memory().numTensors).toBe(tensors - 1);
        return data;
      };
      const [got, plain] = [await of(values), await of(values.map((v) => (Number.isNaN(v) ? 0 : v)))];
      expect(nans(got)).toEqual(wanted);
      const others = (data: ArrayLike<number>) => Array.from(data).filter((__, i) => !wanted.includes(i));
      expect(others(got)).toEqual(others(plain));
      expect(nans(plain)).toEqual([]);
    });

    it('is put back behind a kernel that loses it, and a kernel that keeps it is left alone', async () => {
      const original = tf.getKernel('Exp', 'webgpu');
      expect(await keepNan()).toEqual([]);
      expect(tf.getKernel('Exp', 'webgpu')).toBe(original);
      tf.unregisterKernel('Exp', 'webgpu');
      const ones = () =>
        tf.engine().runKernel<tf.Tensor>('Fill', {}, { shape: [32, 40], value: 1, dtype: 'float32' });
      tf.registerKernel({ ...original, kernelFunc: ones });
      try {
        expect(await keepNan()).toEqual(['Exp']);
      } finally {
        tf.unregisterKernel('Exp', 'webgpu');
        tf.registerKernel(original);
      }
    });
  });

  it.each([
    ['exp', 'return exp(a);', 'return exp2(a);', /a scan of exp, mul and add is wrong/],
    ['mul', 'let resultTemp = a * b;', 'let resultTemp = a * abs(b);', /a scan of exp, mul and add is wrong/],
    ['add', 'let resultTemp = a + b;', 'let resultTemp = a + abs(b);', /a scan of exp, mul and add is wrong/],
  ])('a device whose shader of %s computes wrongly is refused', async (_, right, wrong, fault) => {
    let changed = 0;
    const lying = async (factory: () => unknown) => {
      const backend = await factory();
      const { device } = backend as { device: { createShaderModule(d: { code: string }): object } };
      const create = device.createShaderModule.bind(device);
      device.createShaderModule = (descriptor) => {
        if (descriptor.code.includes(right)) changed++;
        return create({ ...descriptor, code: descriptor.code.replace(right, wrong) });
      };
      return backend;
    };
    await withWebgpuFactory(lying, () => expect(startBackend('webgpu')).rejects.toThrow(fault));
    expect(changed).toBeGreaterThan(0);
    expect((await startBackend('webgpu')).backend).toBe('webgpu');
  });

  it('what the device refuses is an error of the next read, not zeros', async () => {
    const { device } = tf.backend() as unknown as { device: { createShaderModule(d: object): object } };
    const x = tf.square(tf.tensor1d([1, 2]));
    device.createShaderModule({ code: 'fn broken( {' });
    await expect(x.data()).rejects.toThrow(/the WebGPU device refused .*WGSL/s);
    expect([...(await x.data())]).toEqual([1, 4]);
    x.dispose();
  });
});
