import { startBackend, type PeerLoader } from '@prismamba/backend';
import { MathBackendCPU } from '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import { afterEach, expect, it, vi } from 'vitest';
import { doctorCommand } from '../commands/doctor.js';
import { compareNetworks } from './compare-networks.js';
import { examine } from './examine.js';

const nothing: PeerLoader = { find: () => undefined, load: () => Promise.reject(new Error('never')) };
const silent = () => undefined;

/** Registers a backend under the name of native TensorFlow with the kernels of the CPU backend, one of them spoilt. */
async function native(spoilt: string, isUsingGpuDevice = false) {
  await startBackend('cpu');
  tf.registerBackend('tensorflow', () =>
    Object.assign(new MathBackendCPU(), { isUsingGpuDevice, firstUse: false }),
  );
  for (const kernel of tf.getKernelsForBackend('cpu')) {
    const kernelFunc: tf.KernelFunc = (args) => {
      const out = kernel.kernelFunc(args) as tf.TensorInfo;
      const values = (args.backend as MathBackendCPU).data.get(out.dataId).values as Float32Array;
      values[0]! += 0.1;
      return out;
    };
    tf.registerKernel({
      ...kernel,
      backendName: 'tensorflow',
      ...(kernel.kernelName === spoilt ? { kernelFunc } : {}),
    });
  }
}

afterEach(async () => {
  vi.restoreAllMocks();
  await startBackend('cpu');
  if (tf.findBackendFactory('tensorflow') !== null) tf.removeBackend('tensorflow');
  for (const { kernelName } of tf.getKernelsForBackend('tensorflow'))
    tf.unregisterKernel(kernelName, 'tensorflow');
});

it('tries what starts, says what is missing for the rest, and leaves no tensor', async () => {
  await startBackend('wasm');
  const before = tf.memory().numTensors;
  const { backends, choice, onnxruntime } = await examine({ peers: nothing });
  expect(tf.memory().numTensors).toBe(before);
  expect(choice).toBe('wasm');
  const [gpu, , webgpu, wasm, cpu] = backends;
  expect(gpu).toMatchObject({ usable: false, remedy: 'npm install @tensorflow/tfjs-node-gpu' });
  expect(webgpu).toMatchObject({
    usable: false,
    remedy: 'npm install webgpu @tensorflow/tfjs-backend-webgpu',
  });
  for (const one of [wasm!, cpu!]) {
    expect(one).toMatchObject({ usable: true, correct: true });
    expect(one.speeds!.map(({ figure }) => figure > 0 && Number.isFinite(figure))).toEqual([
      true,
      true,
      true,
    ]);
  }
  expect(wasm!.memory).toEqual({ bytes: 2 ** 32, of: 'WebAssembly' });
  expect(wasm!.threads).toMatch(/^\d \(kernels\), 1 \(TensorFlow.js\)/);
  expect(onnxruntime).toMatchObject({ usable: false });
});

it('a backend that the probe finds wrong is named with its fault, and not taken', async () => {
  await native('BatchMatMul', true);
  const { backends, choice } = await examine({ peers: nothing });
  expect(choice).toBe('wasm');
  expect(backends[0]).toMatchObject({ name: 'tensorflow-gpu', usable: true, correct: false });
  expect(backends[0]!.fault).toMatch(/cannot be trusted: matMul is wrong/);
});

it('--deep: every operator of a network beside the reference, forward and gradients', async () => {
  const compared = await compareNetworks(['wasm'], silent, ['gmsr-net', 'edsr']);
  for (const { forward, gradient, passed } of compared.get('wasm')!) {
    expect(passed).toBe(true);
    expect(forward).toBeLessThan(1e-5);
    expect(gradient).toBeGreaterThan(0);
  }
});

it('--deep finds what the probe does not try: one wrong value in a kernel of the network', async () => {
  await native('DepthwiseConv2dNative');
  const [row] = (await compareNetworks(['tensorflow'], silent, ['gmsr-net'])).get('tensorflow')!;
  expect(row).toMatchObject({ passed: false });
  expect(row!.forward).toBeGreaterThan(1e-4);
});

it('the command prints a table of what starts and a remedy for what does not', async () => {
  let printed = '';
  vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
    printed += String(text);
    return true;
  });
  await doctorCommand().parseAsync(['node', 'doctor']);
  expect(printed).toMatch(/computes rightly +│ yes/);
  expect(printed).toMatch(/^ {2}what to do: npm install @tensorflow\/tfjs-node-gpu$/m);
  expect(printed).toMatch(/^chosen: wasm, because WASM with SIMD/m);
});
