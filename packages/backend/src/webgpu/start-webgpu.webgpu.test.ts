import { whyNoWebgpu } from '@prismamba/testing';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { startBackend } from '../start-backend.js';
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

  it.each([
    ['exp', 'return exp(a);', 'return exp2(a);', /a scan of exp, mul and add is wrong/],
    ['mul', 'let resultTemp = a * b;', 'let resultTemp = a * abs(b);', /a scan of exp, mul and add is wrong/],
    ['add', 'let resultTemp = a + b;', 'let resultTemp = a + abs(b);', /a scan of exp, mul and add is wrong/],
  ])('a device whose shader of %s computes wrongly is refused', async (_, right, wrong, fault) => {
    const factory = tf.findBackendFactory('webgpu');
    const restart = (make: () => unknown) => {
      tf.removeBackend('webgpu');
      tf.registerBackend('webgpu', make as typeof factory, 3);
    };
    let changed = 0;
    restart(async () => {
      const backend = await factory();
      const { device } = backend as unknown as {
        device: { createShaderModule(d: { code: string }): object };
      };
      const create = device.createShaderModule.bind(device);
      device.createShaderModule = (descriptor) => {
        if (descriptor.code.includes(right)) changed++;
        return create({ ...descriptor, code: descriptor.code.replace(right, wrong) });
      };
      return backend;
    });
    try {
      await expect(startBackend('webgpu')).rejects.toThrow(fault);
      expect(changed).toBeGreaterThan(0);
    } finally {
      restart(factory);
    }
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
