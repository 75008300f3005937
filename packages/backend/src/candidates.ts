import * as tf from '@tensorflow/tfjs-core';
import type { BackendName } from './backend-choice.js';
import { navigatorFacts } from './machine.js';
import { isNode } from './node-builtins.js';
import { installedPeers, loadPeer, type PeerLoader } from './optional-peers.js';
import { nativeDevice, type NativeDevice } from './native-device.js';
import { checkWasmPaths, type WasmPaths } from './wasm-files.js';

export interface PrepareOptions {
  readonly wasmPaths?: WasmPaths | undefined;
  readonly peers?: PeerLoader | undefined;
}

/** Whether a backend can be started here; `detail` is the reason, or what it will run on. */
export interface Candidate {
  readonly name: BackendName;
  readonly usable: boolean;
  readonly detail: string;
  /** The optional peer that serves it, where one does. */
  readonly peer?: string;
  /** What native TensorFlow computes on, as far as it says so. */
  readonly device?: NativeDevice;
}

const isRegistered = (name: BackendName) => tf.findBackendFactory(name) !== null;

function prepareWasm({ wasmPaths }: PrepareOptions): Candidate {
  const name = 'wasm';
  if (typeof WebAssembly === 'undefined') {
    return { name, usable: false, detail: 'this runtime has no WebAssembly' };
  }
  if (wasmPaths !== undefined && tf.engine().registry[name] === undefined) checkWasmPaths(wasmPaths);
  return { name, usable: true, detail: 'TensorFlow.js WASM backend with the SIMD kernels of Prismamba' };
}

/** Packages of native TensorFlow make their backend the current one as they load: the one before comes back. */
async function keepingBackend<T>(load: () => Promise<T>): Promise<T> {
  const before: string | undefined = tf.getBackend();
  const result = await load();
  if (before && tf.getBackend() !== before) await tf.setBackend(before);
  return result;
}

function nativeCandidate(what: string, peer?: string): Candidate {
  const device = nativeDevice(tf.findBackend('tensorflow'));
  const where = {
    gpu: 'on a GPU',
    cpu: 'on the CPU, no GPU is in use',
    unknown: 'it does not say whether a GPU is in use',
  };
  const detail = `${what}, ${where[device]}`;
  return { name: 'tensorflow', usable: true, detail, device, ...(peer === undefined ? {} : { peer }) };
}

async function prepareTensorflow({ peers = installedPeers }: PrepareOptions): Promise<Candidate> {
  const name = 'tensorflow';
  if (isRegistered(name)) return nativeCandidate('already loaded by this program');
  const failures: string[] = [];
  for (const peer of ['@tensorflow/tfjs-node-gpu', '@tensorflow/tfjs-node'] as const) {
    const status = await keepingBackend(() => loadPeer(peer, peers));
    if (status.state === 'loaded') {
      if (isRegistered(name)) return nativeCandidate(`${peer}, native TensorFlow`, peer);
      failures.push(
        `${peer} is installed but broken: it registered no backend with this copy of @tensorflow/tfjs-core ` +
          '(two copies are installed? see: npm ls @tensorflow/tfjs-core)',
      );
    } else failures.push(status.message);
  }
  return { name, usable: false, detail: failures.join('; ') };
}

/** Gives Node a `navigator.gpu` through the npm package `webgpu` (Dawn), unless there is one already. */
async function ensureWebgpuInterface(peers: PeerLoader): Promise<string | undefined> {
  if (navigatorFacts().gpu !== undefined) return undefined;
  if (!isNode()) return 'this browser has no WebGPU (navigator.gpu is missing)';
  const url = peers.find('webgpu');
  if (url === undefined)
    return 'webgpu is not installed (optional, WebGPU for Node); to use it: npm install webgpu';
  const status = await loadPeer('webgpu', peers);
  if (status.state !== 'loaded') return status.message;
  const dawn = (await peers.load(url)) as { create(flags: string[]): unknown; globals: object };
  Object.assign(globalThis, dawn.globals);
  const gpu = dawn.create([]);
  const navigator = Object.assign(Object.create(navigatorFacts()) as object, { gpu });
  Object.defineProperty(globalThis, 'navigator', { value: navigator, configurable: true, writable: true });
  return undefined;
}

async function prepareWebgpu({ peers = installedPeers }: PrepareOptions): Promise<Candidate> {
  const name = 'webgpu';
  const missing = await ensureWebgpuInterface(peers);
  if (missing !== undefined) return { name, usable: false, detail: missing };
  const gpu = navigatorFacts().gpu as { requestAdapter(): Promise<object | null> };
  if ((await gpu.requestAdapter()) === null) {
    return {
      name,
      usable: false,
      detail: 'WebGPU is there, but it offers no adapter (no usable GPU or driver)',
    };
  }
  const peer = '@tensorflow/tfjs-backend-webgpu';
  if (!isRegistered(name)) {
    const status = await loadPeer(peer, peers);
    if (status.state !== 'loaded') return { name, usable: false, detail: status.message };
    if (!isRegistered(name)) {
      return {
        name,
        usable: false,
        detail: `${peer} was loaded before navigator.gpu existed and registered nothing`,
      };
    }
  }
  return { name, usable: true, detail: `${peer}`, peer };
}

/** Finds out whether a backend can start, loading what it needs; changes no current backend. */
export async function prepareBackend(name: BackendName, options: PrepareOptions): Promise<Candidate> {
  switch (name) {
    case 'wasm':
      return prepareWasm(options);
    case 'cpu':
      return { name, usable: true, detail: 'plain JavaScript, the reference; slow' };
    case 'tensorflow':
      return prepareTensorflow(options);
    case 'webgpu':
      return prepareWebgpu(options);
  }
}
