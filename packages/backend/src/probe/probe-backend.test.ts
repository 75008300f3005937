import '@tensorflow/tfjs-layers';
import { MathBackendCPU } from '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import { afterEach, expect, it } from 'vitest';
import { startBackend } from '../start-backend.js';
import { probeBackend } from './probe-backend.js';

afterEach(async () => {
  await startBackend('cpu');
  if (tf.findBackendFactory('tensorflow') !== null) tf.removeBackend('tensorflow');
  for (const { kernelName } of tf.getKernelsForBackend('tensorflow'))
    tf.unregisterKernel(kernelName, 'tensorflow');
});

/** A backend that says that it uses a GPU and has the kernels of the CPU backend; one of them may be spoilt. */
async function native(spoilt?: string) {
  await startBackend('cpu');
  tf.registerBackend('tensorflow', () =>
    Object.assign(new MathBackendCPU(), { isUsingGpuDevice: true, firstUse: false }),
  );
  for (const kernel of tf.getKernelsForBackend('cpu')) {
    const kernelFunc: tf.KernelFunc = (args) => {
      const out = kernel.kernelFunc(args) as tf.TensorInfo;
      const values = (args.backend as MathBackendCPU).data.get(out.dataId).values as Float32Array;
      values[values.length - 1]! += 0.1;
      return out;
    };
    tf.registerKernel({
      ...kernel,
      backendName: 'tensorflow',
      ...(kernel.kernelName === spoilt ? { kernelFunc } : {}),
    });
  }
}

it.each(['cpu', 'wasm'] as const)('finds nothing wrong with %s, and leaves no tensor', async (name) => {
  await startBackend(name, { threads: 1 });
  const before = tf.memory().numTensors;
  expect(await probeBackend()).toBeUndefined();
  expect(tf.memory().numTensors).toBe(before);
});

it('a backend that computes rightly is taken', async () => {
  await native();
  expect((await startBackend('auto')).backend).toBe('tensorflow-gpu');
});

it.each([
  ['BatchMatMul', /matMul is wrong/],
  ['Exp', /a scan of exp, mul and add is wrong/],
  ['Conv2D', /conv2d is wrong/],
  ['Conv2DBackpropFilter', /the gradient of conv2d by its filter is wrong/],
  ['Conv2DBackpropInput', /the gradient of conv2d by its input is wrong/],
])('a backend that lies in %s is passed over with the reason', async (kernel, fault) => {
  await native(kernel);
  const report = await startBackend('auto');
  expect(report.backend).toBe('wasm');
  expect(tf.getBackend()).toBe('wasm');
  const [gpu] = report.passedOver;
  expect(gpu).toMatchObject({ name: 'tensorflow-gpu', broken: true });
  expect(gpu!.reason).toMatch(/^native TensorFlow.*on a GPU: it starts, but cannot be trusted: /);
  expect(gpu!.reason).toMatch(fault);
  expect(report.considered.find(({ name }) => name === 'tensorflow-gpu')).toMatchObject({ usable: false });
  await expect(startBackend('tensorflow')).rejects.toThrow(fault);
});
