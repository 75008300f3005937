import * as tf from '@tensorflow/tfjs-core';
import { backendNames, parseBackendChoice, type BackendChoice, type BackendName } from './backend-choice.js';
import { prepareBackend, type Candidate } from './candidates.js';
import { describeMachine, type MachineReport } from './machine.js';
import type { PeerLoader } from './optional-peers.js';
import { setThreads } from './pool/threads.js';
import { sharedState } from './shared-state.js';
import { tensorflowThreads, type TensorflowThreads } from './threaded-wasm/tensorflow-threads.js';
import { probeBackend } from './probe/probe-backend.js';
import type { WasmPaths } from './wasm-files.js';

export interface StartBackendOptions {
  /**
   * Where the `.wasm` files of `@tensorflow/tfjs-backend-wasm` are. Node finds them in the installed package;
   * a browser looks beside the bundled script unless this names a folder or URL (with its last slash), or each file.
   */
  readonly wasmPaths?: WasmPaths;
  /** Threads of the kernels of Prismamba, as `setThreads(threads)`. Default: the number of cores, at most 8. */
  readonly threads?: number;
  /**
   * Threads of TensorFlow.js's own operators on the WASM backend (at most 4, default 1), fixed when the backend starts for
   * the first time; in a browser only on a cross-origin isolated page, and not out of a bundle by Vite. Worth it for convolutional networks on large images and idle cores: between
   * operators its threads do not sleep at once but spin, so that many small operators (training on small patches) or a
   * busy machine make it several times slower than one thread. The results have the same bits.
   */
  readonly tensorflowThreads?: number;
  /** How optional packages are found; tests replace it. */
  readonly peers?: PeerLoader;
  /** Whether a started backend must compute small things rightly before it is trusted; default true. `cpu` is the reference. */
  readonly probe?: boolean;
}

/** What was started and why. */
export interface BackendReport {
  readonly requested: BackendChoice;
  readonly backend: BackendName;
  readonly reason: string;
  /** Every backend that was looked at, in the order of the search. */
  readonly considered: readonly Candidate[];
  /** Threads of TensorFlow.js's own WASM operators, and why not more; see `threadReport` for those of our kernels. */
  readonly tensorflowThreads: TensorflowThreads;
  readonly tfjsVersion: string;
  readonly machine: MachineReport;
}

/** What a machine could run; see {@link doctor}. */
export interface DoctorReport {
  readonly machine: MachineReport;
  readonly candidates: readonly Candidate[];
  /** What `startBackend('auto')` would choose, and why. */
  readonly choice: BackendName;
  readonly reason: string;
  /** The last `startBackend` of this process. */
  readonly started: BackendReport | undefined;
}

const state = /* @__PURE__ */ sharedState('backend', (): { current: BackendReport | undefined } => ({
  current: undefined,
}));

/**
 * The rule of `auto`. Prismamba's scan kernels exist for WASM (SIMD) and WebGPU; native TensorFlow runs the
 * composed form, which pays on a GPU only: without one in use it is left to those who ask for it.
 */
function chooseAutomatically(candidates: readonly Candidate[]): { choice: BackendName; reason: string } {
  const usable = (name: BackendName) =>
    candidates.find((candidate) => candidate.name === name && candidate.usable);
  const native = usable('tensorflow');
  if (native?.device === 'gpu') {
    return { choice: 'tensorflow', reason: `native TensorFlow says that it uses a GPU (${native.detail})` };
  }
  const machine = describeMachine();
  if (machine.runtime === 'browser' && usable('webgpu')) {
    return { choice: 'webgpu', reason: 'this browser has WebGPU and the program imported its backend' };
  }
  if (usable('wasm')) {
    const kernels = machine.simd
      ? 'WASM with SIMD: the fused kernels of Prismamba run here'
      : 'WASM without SIMD: the operators of TensorFlow.js only, slow';
    const other =
      native === undefined
        ? '; no native TensorFlow with a GPU starts here'
        : `; native TensorFlow (${native.detail}) is slower for the scans: ask for 'tensorflow' to use it`;
    return { choice: 'wasm', reason: kernels + other };
  }
  const { detail = 'this runtime has no WebAssembly' } = candidates.find(({ name }) => name === 'wasm') ?? {};
  return { choice: 'cpu', reason: detail };
}

async function prepareAll(options: StartBackendOptions): Promise<Candidate[]> {
  const candidates: Candidate[] = [];
  for (const name of backendNames) candidates.push(await prepareBackend(name, options));
  return candidates;
}

/** Loads a backend and makes it the current one; false where TensorFlow.js could not start it. */
async function start(name: BackendName, options: StartBackendOptions): Promise<boolean> {
  if (name === 'wasm') return (await import('./start-wasm.js')).startWasm(options);
  if (name === 'cpu') await import('@tensorflow/tfjs-backend-cpu');
  return tf.setBackend(name);
}

/** Backends that computed rightly: once is enough. */
const trusted = /* @__PURE__ */ new WeakSet<object>();

/** Starts a backend and lets it compute small things; what is wrong in one line, or undefined. */
async function startProbed(
  name: BackendName,
  { detail }: Candidate,
  options: StartBackendOptions,
): Promise<string | undefined> {
  if (!(await start(name, options))) {
    const hint =
      name === 'wasm' ? ' In a browser, pass wasmPaths: the folder that serves the .wasm files.' : '';
    return `TensorFlow.js could not start '${name}' (${detail}); its own message is on the console.${hint}`;
  }
  await tf.ready();
  if (name === 'cpu' || options.probe === false || trusted.has(tf.backend())) return undefined;
  const fault = await probeBackend();
  if (fault === undefined) trusted.add(tf.backend());
  return fault === undefined ? undefined : `'${name}' (${detail}) starts, but cannot be trusted: ${fault}`;
}

/** The CPU backend prints an advertisement for tfjs-node at its first operation in Node. */
function silenceCpuBanner(): void {
  const backend: object = tf.backend();
  if ('firstUse' in backend) backend.firstUse = false;
}

/**
 * Chooses a TensorFlow.js backend, loads and starts it, and makes it the current one. With `wasm` it also registers the
 * kernels that this backend lacks for training; importing this package alone registers nothing.
 *
 * @param choice `auto`, `wasm`, `cpu`, `webgpu` or `tensorflow`.
 * @throws Error for an unknown name (with the nearest valid one), and when the backend that was asked for
 *   cannot start here: the message says which package is missing or broken. Only `auto` falls back.
 */
export async function startBackend(
  choice: BackendChoice = 'auto',
  options: StartBackendOptions = {},
): Promise<BackendReport> {
  const requested = parseBackendChoice(choice);
  let considered =
    requested === 'auto' ? await prepareAll(options) : [await prepareBackend(requested, options)];
  if (options.threads !== undefined) setThreads(options.threads);
  const passedOver: string[] = [];
  let picked: ReturnType<typeof chooseAutomatically>;
  for (;;) {
    picked =
      requested === 'auto' ? chooseAutomatically(considered) : { choice: requested, reason: 'asked for' };
    const { choice: name } = picked;
    const candidate = considered.find((one) => one.name === name);
    if (candidate === undefined || !candidate.usable) {
      throw new Error(
        `startBackend: '${name}' cannot start: ${candidate?.detail ?? 'unknown'}. ` +
          `Use 'auto' to take the best backend that works here.`,
      );
    }
    const fault = await startProbed(name, candidate, options);
    if (fault === undefined) break;
    if (requested !== 'auto') throw new Error(`startBackend: ${fault}`);
    passedOver.push(fault);
    considered = considered.map((one) =>
      one.name === name ? { ...one, usable: false, detail: `passed over: ${fault}` } : one,
    );
  }
  if (picked.choice === 'cpu') silenceCpuBanner();
  const report: BackendReport = {
    requested,
    backend: picked.choice,
    reason: [picked.reason, ...passedOver].join('; '),
    considered,
    tensorflowThreads: tensorflowThreads(),
    tfjsVersion: tf.version_core,
    machine: describeMachine(),
  };
  state.current = report;
  return report;
}

/** The report of the last `startBackend`, or undefined before the first. */
export function backendReport(): BackendReport | undefined {
  return state.current;
}

/** What this machine has, which backends would start, and what `auto` would choose; the current backend stays. */
export async function doctor(options: StartBackendOptions = {}): Promise<DoctorReport> {
  const candidates = await prepareAll(options);
  return {
    machine: describeMachine(),
    candidates,
    ...chooseAutomatically(candidates),
    started: state.current,
  };
}
