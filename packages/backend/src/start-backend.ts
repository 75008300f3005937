import * as tf from '@tensorflow/tfjs-core';
import {
  backendNames,
  parseBackendChoice,
  tensorflowJsName,
  type BackendChoice,
  type BackendName,
} from './backend-choice.js';
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

/** A backend that `auto` did not take. */
export interface PassedOver {
  readonly name: BackendName;
  /** Why, in one line. */
  readonly reason: string;
  /** What to do about it, if anything can be done. */
  readonly remedy?: string;
  /** It is there and should run, but does not, or computes wrongly. */
  readonly broken: boolean;
}

/** What was started and why. */
export interface BackendReport {
  readonly requested: BackendChoice;
  readonly backend: BackendName;
  readonly reason: string;
  /** Every backend that was looked at, in the order of the search. */
  readonly considered: readonly Candidate[];
  /** Those that `auto` would have taken first, each with its reason in one line. */
  readonly passedOver: readonly PassedOver[];
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
  /** Those that `auto` would have taken first, each with its reason in one line. */
  readonly passedOver: readonly PassedOver[];
  /** The last `startBackend` of this process. */
  readonly started: BackendReport | undefined;
}

const state = /* @__PURE__ */ sharedState('backend', (): { current: BackendReport | undefined } => ({
  current: undefined,
}));

type Reasoned = { readonly taken: boolean; readonly reason: string };

/**
 * The rule of `auto` for a backend that can start. Prismamba's scan kernels exist for WASM (SIMD) and WebGPU; native TensorFlow runs the
 * composed form, which pays on a GPU only: without one in use it is left to those who ask for it.
 */
function judge({ name, detail, device }: Candidate): Reasoned {
  const machine = describeMachine();
  switch (name) {
    case 'tensorflow-gpu':
      return { taken: true, reason: `native TensorFlow says that it uses a GPU (${detail})` };
    case 'tensorflow':
      return { taken: false, reason: `${detail}: slower than WASM here, so only where it is asked for` };
    case 'webgpu':
      if (device === 'cpu') return { taken: false, reason: `${detail}: only where it is asked for` };
      return machine.runtime === 'browser'
        ? { taken: true, reason: 'this browser has WebGPU and the program imported its backend' }
        : { taken: false, reason: `${detail}: in Node only where it is asked for` };
    case 'wasm': {
      const kernels = machine.simd
        ? 'WASM with SIMD: the fused kernels of Prismamba run here'
        : 'WASM without SIMD: the operators of TensorFlow.js only, slow';
      return { taken: true, reason: kernels };
    }
    case 'cpu':
      return { taken: true, reason: detail };
  }
}

/** The first backend of the order that is to be taken, and why each before it is not. */
function chooseAutomatically(candidates: readonly Candidate[]): {
  choice: BackendName;
  reason: string;
  passedOver: PassedOver[];
} {
  const passedOver: PassedOver[] = [];
  for (const candidate of candidates) {
    const { name, usable, detail, remedy, broken = false } = candidate;
    if (!usable) {
      passedOver.push({ name, reason: detail, ...(remedy === undefined ? {} : { remedy }), broken });
      continue;
    }
    const { taken, reason } = judge(candidate);
    if (taken) return { choice: name, reason, passedOver };
    passedOver.push({ name, reason, broken: false });
  }
  throw new Error('startBackend: no backend was looked at'); // 'cpu' is always usable
}

async function prepareAll(options: StartBackendOptions): Promise<Candidate[]> {
  const candidates: Candidate[] = [];
  for (const name of backendNames) candidates.push(await prepareBackend(name, options));
  return candidates;
}

/** Loads a backend and makes it the current one; false where TensorFlow.js could not start it. */
async function start(name: BackendName, options: StartBackendOptions): Promise<boolean> {
  if (name === 'wasm') return (await import('./start-wasm.js')).startWasm(options);
  if (name === 'webgpu') return (await import('./webgpu/start-webgpu.js')).startWebgpu();
  if (name === 'cpu') await import('@tensorflow/tfjs-backend-cpu');
  return tf.setBackend(tensorflowJsName(name));
}

/** Backends that computed rightly: once is enough. */
const trusted = /* @__PURE__ */ new WeakSet<object>();

/** Starts a backend and lets it compute small things; what is wrong with it in one line, or undefined. */
async function startProbed(name: BackendName, options: StartBackendOptions): Promise<string | undefined> {
  if (!(await start(name, options))) {
    const hint =
      name === 'wasm' ? '. In a browser, pass wasmPaths: the folder that serves the .wasm files' : '';
    return `could not be started by TensorFlow.js, whose own message is on the console${hint}`;
  }
  await tf.ready();
  if (name === 'cpu' || options.probe === false || trusted.has(tf.backend())) return undefined;
  const fault = await probeBackend();
  if (fault === undefined) trusted.add(tf.backend());
  return fault === undefined ? undefined : `starts, but cannot be trusted: ${fault}`;
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
 * @param choice `auto`, `tensorflow-gpu`, `tensorflow`, `webgpu`, `wasm` or `cpu`.
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
  let picked: ReturnType<typeof chooseAutomatically>;
  for (;;) {
    picked =
      requested === 'auto'
        ? chooseAutomatically(considered)
        : { choice: requested, reason: 'asked for', passedOver: [] };
    const { choice: name } = picked;
    const candidate = considered.find((one) => one.name === name)!;
    if (!candidate.usable) {
      const { detail, remedy } = candidate;
      throw new Error(
        `startBackend: '${name}' cannot start: ${detail}${remedy === undefined ? '' : `; what to do: ${remedy}`}. ` +
          `Use 'auto' to take the best backend that works here.`,
      );
    }
    const fault = await startProbed(name, options);
    if (fault === undefined) break;
    if (requested !== 'auto') throw new Error(`startBackend: '${name}' (${candidate.detail}) ${fault}`);
    considered = considered.map((one) =>
      one.name === name ? { ...one, usable: false, detail: `${one.detail}: it ${fault}`, broken: true } : one,
    );
  }
  if (picked.choice === 'cpu') silenceCpuBanner();
  const report: BackendReport = {
    requested,
    backend: picked.choice,
    reason: picked.reason,
    considered,
    passedOver: picked.passedOver,
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
