import * as tf from '@tensorflow/tfjs-core';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { backendReport, doctor, startBackend, type OptionalPeer, type PeerLoader } from './index.js';
import { loadPeer } from './optional-peers.js';
import { backendNames, parseBackendChoice } from './backend-choice.js';
import { checkWasmPaths, findInstalledWasmFolder } from './wasm-files.js';

/** A machine on which the named packages are installed, each with the outcome of loading it. */
function machineWith(installed: Partial<Record<OptionalPeer, () => unknown>>): PeerLoader {
  return {
    find: (name) => (installed[name] === undefined ? undefined : name),
    load: (url) => Promise.resolve().then(() => installed[url as OptionalPeer]!()),
  };
}
const nothing = machineWith({});

describe('startBackend', () => {
  it('starts WASM from the installed package and computes', async () => {
    const report = await startBackend('wasm');
    expect(report.backend).toBe('wasm');
    expect(tf.getBackend()).toBe('wasm');
    expect(tf.env().get('WASM_HAS_SIMD_SUPPORT')).toBe(report.machine.simd);
    const sum = tf.tidy(() => tf.add([1, 2], [3, 5]).dataSync());
    expect([...sum]).toEqual([4, 7]);
    expect(backendReport()).toBe(report);
  });

  it('starts the CPU backend without its banner', async () => {
    const warn = vi.spyOn(console, 'warn').mockImplementation(() => undefined);
    await startBackend('cpu');
    expect(tf.getBackend()).toBe('cpu');
    tf.tidy(() => tf.add([1], [2]).dataSync());
    expect(warn).not.toHaveBeenCalled();
    warn.mockRestore();
  });

  it('chooses WASM on its own here, and says why', async () => {
    const report = await startBackend('auto', { peers: nothing });
    expect(report.requested).toBe('auto');
    expect(report.backend).toBe('wasm');
    expect(report.reason).toMatch(/SIMD/);
    expect(report.considered.map(({ name }) => name)).toEqual(backendNames);
    expect(report.passedOver).toEqual([
      {
        name: 'tensorflow-gpu',
        reason: '@tensorflow/tfjs-node-gpu is not installed (optional)',
        remedy: 'npm install @tensorflow/tfjs-node-gpu',
        broken: false,
      },
      {
        name: 'tensorflow',
        reason:
          '@tensorflow/tfjs-node-gpu is not installed (optional); @tensorflow/tfjs-node is not installed (optional)',
        remedy: 'npm install @tensorflow/tfjs-node',
        broken: false,
      },
      {
        name: 'webgpu',
        reason: 'webgpu is not installed (optional)',
        remedy: 'npm install webgpu @tensorflow/tfjs-backend-webgpu',
        broken: false,
      },
    ]);
  });

  it('without SIMD takes WASM with the operators of TensorFlow.js, without WebAssembly the CPU backend, and says so', async () => {
    const validate = vi.spyOn(WebAssembly, 'validate').mockReturnValue(false);
    const slow = await startBackend('auto', { peers: nothing });
    expect(slow).toMatchObject({ backend: 'wasm', machine: { simd: false } });
    expect(slow.reason).toBe('WASM without SIMD: the operators of TensorFlow.js only, slow');
    expect([...tf.tidy(() => tf.matMul([[1, 2]], [[3], [5]]).dataSync())]).toEqual([13]);
    validate.mockRestore();

    vi.stubGlobal('WebAssembly', undefined);
    try {
      const plain = await startBackend('auto', { peers: nothing });
      expect(plain.backend).toBe('cpu');
      expect(plain.passedOver.at(-1)).toMatchObject({
        name: 'wasm',
        reason: 'this runtime has no WebAssembly',
      });
      await expect(startBackend('wasm')).rejects.toThrow(
        "startBackend: 'wasm' cannot start: this runtime has no WebAssembly. Use 'auto'",
      );
    } finally {
      vi.unstubAllGlobals();
    }
    await startBackend('wasm');
  });

  it('names the nearest valid backend', () => {
    expect(() => parseBackendChoice('wsam')).toThrow(
      /unknown backend 'wsam', did you mean 'wasm'\? Valid: auto, tensorflow-gpu, tensorflow, webgpu, wasm, cpu/,
    );
    expect(() => parseBackendChoice('tensorflw')).toThrow(/did you mean 'tensorflow'/);
  });

  it('keeps "not installed" and "installed but broken" apart', async () => {
    await expect(startBackend('tensorflow', { peers: nothing })).rejects.toThrow(
      /tfjs-node-gpu is not installed.*tfjs-node is not installed.*what to do: npm install @tensorflow\/tfjs-node\. Use 'auto'/,
    );
    await expect(startBackend('tensorflow-gpu', { peers: nothing })).rejects.toThrow(
      /'tensorflow-gpu' cannot start: .*tfjs-node-gpu is not installed.*npm install @tensorflow\/tfjs-node-gpu/,
    );
    const broken = machineWith({
      '@tensorflow/tfjs-node-gpu': () => {
        throw new Error('libcudart.so.11.0: cannot open shared object file\nat Object.load');
      },
    });
    const failure = startBackend('tensorflow', { peers: broken });
    await expect(failure).rejects.toThrow(
      /tfjs-node-gpu is installed but broken: libcudart.*CUDA 11\.2 and cuDNN 8\.1/,
    );
    await expect(failure).rejects.toThrow(/tfjs-node is not installed/);
    await expect(failure).rejects.not.toThrow(/at Object\.load/);
    const { backend, passedOver } = await startBackend('auto', { peers: broken });
    expect(backend).toBe('wasm');
    expect(passedOver.filter((one) => one.broken).map(({ name }) => name)).toEqual([
      'tensorflow-gpu',
      'tensorflow',
    ]);
    expect(passedOver.map(({ reason }) => reason).join()).not.toContain('\n');
  });

  it('reports a native package that bound itself to another copy of the core', async () => {
    const stray = machineWith({ '@tensorflow/tfjs-node': () => ({}) });
    await expect(startBackend('tensorflow', { peers: stray })).rejects.toThrow(/two copies are installed/);
  });

  describe('asks native TensorFlow whether a GPU is in use', () => {
    /** The CUDA package as it loads: it registers its backend and makes it the current one. */
    const installedWith = (isUsingGpuDevice: unknown) =>
      machineWith({
        '@tensorflow/tfjs-node-gpu': () => {
          const backend = Object.assign(new tf.KernelBackend(), {
            isUsingGpuDevice,
            dispose: () => undefined,
          });
          tf.registerBackend('tensorflow', () => backend, 3);
          return tf.setBackend('tensorflow');
        },
      });
    afterEach(async () => {
      await startBackend('cpu');
      tf.removeBackend('tensorflow');
    });

    it('takes it where one is', async () => {
      const report = await startBackend('auto', { peers: installedWith(true), probe: false });
      expect(report.backend).toBe('tensorflow-gpu');
      expect(report.reason).toMatch(
        /uses a GPU \(native TensorFlow of @tensorflow\/tfjs-node-gpu, on a GPU\)/,
      );
      expect(tf.getBackend()).toBe('tensorflow');
    });

    it.each([
      [false, /on the CPU, no GPU is in use/],
      [undefined, /it does not say whether a GPU is in use/],
    ])('takes WASM where its answer is %s, and says so', async (answer, reason) => {
      const report = await startBackend('auto', { peers: installedWith(answer) });
      expect(report.backend).toBe('wasm');
      const [gpu, native] = report.passedOver;
      expect(gpu).toMatchObject({
        name: 'tensorflow-gpu',
        remedy: expect.stringMatching(/nvidia-smi.*CUDA 11/),
      });
      expect(gpu!.reason).toMatch(reason);
      expect(native!.reason).toMatch(
        /native TensorFlow.*slower than WASM here, so only where it is asked for/,
      );
      await expect(startBackend('tensorflow-gpu', { peers: nothing })).rejects.toThrow(reason);
    });

    it('takes it all the same where it was asked for by name', async () => {
      const report = await startBackend('tensorflow', { peers: installedWith(false), probe: false });
      expect(report.backend).toBe('tensorflow');
      expect(report.considered[0]).toMatchObject({ usable: true, device: 'cpu' });
    });

    it('keeps the current backend in doctor()', async () => {
      await startBackend('cpu');
      const report = await doctor({ peers: installedWith(true) });
      expect(report.choice).toBe('tensorflow-gpu');
      expect(tf.getBackend()).toBe('cpu');
    });
  });

  it('says what WebGPU lacks', async () => {
    await expect(startBackend('webgpu', { peers: nothing })).rejects.toThrow(
      /webgpu is not installed.*npm install webgpu @tensorflow\/tfjs-backend-webgpu/,
    );
  });

  it('checks wasmPaths before the files are used', async () => {
    expect(() => checkWasmPaths('/nowhere/')).toThrow(
      /wasmPaths: got '\/nowhere\/tfjs-backend-wasm\.wasm', which does not exist.*folder dist/,
    );
    const folder = findInstalledWasmFolder();
    expect(folder).toBeDefined();
    expect(() => checkWasmPaths(folder!)).not.toThrow();
    expect(await loadPeer('webgpu', nothing)).toMatchObject({ state: 'not-installed' });
  });
});

describe('doctor', () => {
  it('describes the machine and the choice, and leaves the current backend alone', async () => {
    await startBackend('cpu');
    const report = await doctor({ peers: nothing });
    expect(tf.getBackend()).toBe('cpu');
    expect(report.machine.cores).toBeGreaterThanOrEqual(1);
    expect(report.machine.memoryBytes).toBeGreaterThan(2 ** 28);
    expect(report.machine.simd).toBe(true);
    expect(report.choice).toBe('wasm');
    expect(report.candidates.find(({ name }) => name === 'tensorflow')?.usable).toBe(false);
    expect(report.started?.backend).toBe('cpu');
  });
});
