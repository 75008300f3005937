import * as tf from '@tensorflow/tfjs-core';
import { tensorflowJsName, type BackendName } from './backend-choice.js';
import { navigatorFacts } from './machine.js';
import { isNode } from './node-builtins.js';
import { describeAdapter, type Adapter } from './webgpu/adapter.js';
import { installedPeers, loadPeer, type OptionalPeer, type PeerLoader } from './optional-peers.js';
import { nativeDevice, type NativeDevice } from './native-device.js';
import { checkWasmPaths, type WasmPaths } from './wasm-files.js';

export interface PrepareOptions {
  readonly wasmPaths?: WasmPaths | undefined;
  readonly peers?: PeerLoader | undefined;
}

/** Whether a backend can be started here. */
export interface Candidate {
  readonly name: BackendName;
  readonly usable: boolean;
  /** What it will run on, or why it cannot be used, in one line. */
  readonly detail: string;
  /** What to do where it cannot be used, if anything can be done. */
  readonly remedy?: string;
  /** It is installed, and yet cannot be used: worth a word even to those who did not ask for it. */
  readonly broken?: boolean;
  /** The optional peer that serves it, where one does. */
  readonly peer?: string;
  /** What native TensorFlow or WebGPU computes on, as far as it says so: `cpu` for a software adapter. */
  readonly device?: NativeDevice;
  /** WebGPU's adapter by its own words. */
  readonly adapter?: string;
}

const isRegistered = (name: BackendName) => tf.findBackendFactory(tensorflowJsName(name)) !== null;

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

type NativeName = 'tensorflow' | 'tensorflow-gpu';

const peersOf: Readonly<Record<NativeName, readonly OptionalPeer[]>> = {
  'tensorflow-gpu': ['@tensorflow/tfjs-node-gpu'],
  tensorflow: ['@tensorflow/tfjs-node-gpu', '@tensorflow/tfjs-node'],
};

/** Native TensorFlow that has started; `tensorflow-gpu` wants it to use a GPU, the package's name says nothing of that. */
function nativeCandidate(name: NativeName, what: string, peer?: string): Candidate {
  const device = nativeDevice(tf.findBackend('tensorflow'));
  const where = {
    gpu: 'on a GPU',
    cpu: 'on the CPU, no GPU is in use',
    unknown: 'it does not say whether a GPU is in use',
  };
  const usable = name === 'tensorflow' || device === 'gpu';
  return {
    name,
    usable,
    detail: `${what}, ${where[device]}`,
    device,
    ...(usable ? {} : { remedy: remedyOfMissingGpu(peer) }),
    ...(peer === undefined ? {} : { peer }),
  };
}

const remedyOfMissingGpu = (peer: string | undefined) =>
  peer === '@tensorflow/tfjs-node-gpu'
    ? 'a GPU that nvidia-smi lists, with CUDA 11.2 and cuDNN 8.1 on the library path'
    : 'npm install @tensorflow/tfjs-node-gpu, on a machine with an NVIDIA GPU';

async function prepareNative(
  name: NativeName,
  { peers = installedPeers }: PrepareOptions,
): Promise<Candidate> {
  if (isRegistered(name)) return nativeCandidate(name, 'native TensorFlow, already loaded by this program');
  const problems: string[] = [];
  const remedies: string[] = [];
  const install = `npm install ${peersOf[name].at(-1)!}`;
  for (const peer of peersOf[name]) {
    const status = await keepingBackend(() => loadPeer(peer, peers));
    if (status.state === 'not-installed') problems.push(status.problem);
    else if (status.state === 'broken') {
      problems.push(status.problem);
      remedies.push(status.remedy);
    } else if (isRegistered(name)) return nativeCandidate(name, `native TensorFlow of ${peer}`, peer);
    else {
      problems.push(
        `${peer} is installed but broken: it registered no backend with this copy of @tensorflow/tfjs-core ` +
          '(two copies are installed?)',
      );
      remedies.push('npm ls @tensorflow/tfjs-core');
    }
  }
  const broken = remedies.length > 0;
  return {
    name,
    usable: false,
    detail: problems.join('; '),
    remedy: broken ? remedies.join(' ') : install,
    broken,
  };
}

/** Gives Node a `navigator.gpu` through the npm package `webgpu` (Dawn), unless there is one already; or says why it cannot. */
async function ensureWebgpuInterface(
  peers: PeerLoader,
): Promise<Pick<Candidate, 'detail' | 'remedy' | 'broken'> | undefined> {
  if (navigatorFacts().gpu !== undefined) return undefined;
  if (!isNode()) return { detail: 'this browser has no WebGPU (navigator.gpu is missing)' };
  const status = await loadPeer('webgpu', peers);
  if (status.state === 'not-installed') {
    return { detail: status.problem, remedy: `npm install webgpu ${WEBGPU_BACKEND}` };
  }
  if (status.state === 'broken') return { detail: status.problem, remedy: status.remedy, broken: true };
  const dawn = (await peers.load(peers.find('webgpu')!)) as {
    create(flags: string[]): unknown;
    globals: object;
  };
  Object.assign(globalThis, dawn.globals);
  const gpu = dawn.create([]);
  const navigator = Object.assign(Object.create(navigatorFacts()) as object, { gpu });
  Object.defineProperty(globalThis, 'navigator', { value: navigator, configurable: true, writable: true });
  return undefined;
}

const WEBGPU_BACKEND = '@tensorflow/tfjs-backend-webgpu';

async function prepareWebgpu({ peers = installedPeers }: PrepareOptions): Promise<Candidate> {
  const name = 'webgpu';
  const missing = await ensureWebgpuInterface(peers);
  if (missing !== undefined) return { name, usable: false, ...missing };
  const gpu = navigatorFacts().gpu as { requestAdapter(): Promise<Adapter | null> };
  const adapter = await gpu.requestAdapter();
  if (adapter === null) {
    return {
      name,
      usable: false,
      detail: 'WebGPU is there, but it offers no adapter (no usable GPU or driver)',
      remedy: 'a GPU with a Vulkan, Metal or Direct3D 12 driver',
    };
  }
  const peer = WEBGPU_BACKEND;
  if (!isRegistered(name)) {
    const status = await loadPeer(peer, peers);
    if (status.state !== 'loaded') {
      const { problem, remedy, state } = status;
      return { name, usable: false, detail: problem, remedy, broken: state === 'broken' };
    }
    if (!isRegistered(name)) {
      return {
        name,
        usable: false,
        detail: `${peer} was loaded before navigator.gpu existed and registered nothing`,
        remedy: 'import it after startBackend, or not at all',
        broken: true,
      };
    }
  }
  return { name, usable: true, peer, ...describeAdapter(adapter, peer) };
}

/** Finds out whether a backend can start, loading what it needs; changes no current backend. */
export async function prepareBackend(name: BackendName, options: PrepareOptions): Promise<Candidate> {
  switch (name) {
    case 'wasm':
      return prepareWasm(options);
    case 'cpu':
      return { name, usable: true, detail: 'plain JavaScript, the reference; slow' };
    case 'tensorflow-gpu':
    case 'tensorflow':
      return prepareNative(name, options);
    case 'webgpu':
      return prepareWebgpu(options);
  }
}
