import { availableParallelism } from 'node:os';
import {
  doctor,
  onnxRuntimeStatus,
  tensorflowThreads,
  threadReport,
  type BackendName,
  type Candidate,
  type DoctorReport,
  type OnnxRuntimeStatus,
  type StartBackendOptions,
} from '@prismamba/backend';
import * as tf from '@tensorflow/tfjs-core';
import { startBackend } from '../start-backend.js';
import { measureSpeeds, type Speed } from './calibrated-operations.js';
import { compareNetworks, type NetworkComparison } from './compare-networks.js';

/** A backend that was looked at and, where it can start, tried. */
export interface ExaminedBackend extends Candidate {
  /** Whether it computed small things as plain loops do; absent where it cannot start. */
  readonly correct?: boolean;
  /** What it computed wrongly, in one line. */
  readonly fault?: string;
  readonly speeds?: readonly Speed[];
  readonly memory?: MemoryLimit;
  readonly threads?: string;
  /** `--deep`: every network against the reference. */
  readonly networks?: readonly NetworkComparison[];
}

export interface MemoryLimit {
  /** Bytes; null where the backend does not say. */
  readonly bytes: number | null;
  readonly of: string;
}

export interface Examination extends Pick<DoctorReport, 'machine' | 'choice' | 'reason' | 'passedOver'> {
  readonly backends: readonly ExaminedBackend[];
  readonly onnxruntime: OnnxRuntimeStatus;
}

export interface ExamineOptions extends StartBackendOptions {
  /** Also every network, forward and gradients, against the reference. */
  readonly deep?: boolean;
  readonly say?: (text: string) => void;
}

/** WebAssembly's memory has addresses of 32 bits. */
const WASM_BYTES = 2 ** 32;

function memoryLimit(name: BackendName, { availableMemoryBytes }: DoctorReport['machine']): MemoryLimit {
  const available = availableMemoryBytes ?? null;
  switch (name) {
    case 'wasm':
      return available !== null && available < WASM_BYTES
        ? { bytes: available, of: 'free memory' }
        : { bytes: WASM_BYTES, of: 'WebAssembly' };
    case 'webgpu': {
      const { device } = tf.backend() as { device?: { limits?: { maxStorageBufferBindingSize?: number } } };
      return { bytes: device?.limits?.maxStorageBufferBindingSize ?? null, of: 'one tensor on this adapter' };
    }
    case 'tensorflow-gpu':
      return { bytes: null, of: 'that of the GPU (nvidia-smi)' };
    case 'tensorflow':
    case 'cpu':
      return { bytes: available, of: 'free memory' };
  }
}

function threadsOf(name: BackendName): string {
  switch (name) {
    case 'wasm': {
      const { threads, reason } = threadReport();
      const own = `${threads} (kernels), ${tensorflowThreads().threads} (TensorFlow.js)`;
      return reason === undefined ? own : `${own}: ${reason}`;
    }
    case 'cpu':
      return '1';
    case 'tensorflow':
      return `${availableParallelism()}`;
    case 'tensorflow-gpu':
    case 'webgpu':
      return 'those of the GPU';
  }
}

async function examined(
  candidate: Candidate,
  machine: DoctorReport['machine'],
  options: StartBackendOptions,
): Promise<ExaminedBackend> {
  if (!candidate.usable) return candidate;
  const { name } = candidate;
  try {
    await startBackend(name, options);
  } catch (error) {
    const fault = (error instanceof Error ? error.message : String(error)).split('\n')[0]!;
    return { ...candidate, correct: false, fault };
  }
  const found = { memory: memoryLimit(name, machine), threads: threadsOf(name) };
  try {
    return { ...candidate, correct: true, speeds: await measureSpeeds(), ...found };
  } catch (error) {
    const fault = (error instanceof Error ? error.message : String(error)).split('\n')[0]!;
    return { ...candidate, correct: false, fault, ...found };
  }
}

/** Tries every backend that can start here: is it right, how fast is it, what are its limits. Ends on what `auto` takes. */
export async function examine({
  deep = false,
  say = () => undefined,
  ...options
}: ExamineOptions = {}): Promise<Examination> {
  const { candidates, machine } = await doctor(options);
  let backends: ExaminedBackend[] = [];
  for (const candidate of candidates) backends.push(await examined(candidate, machine, options));
  if (deep) {
    const able = backends.filter(({ name, correct }) => name !== 'cpu' && correct === true);
    const compared = await compareNetworks(
      able.map(({ name }) => name),
      say,
    );
    backends = backends.map((one) => {
      const networks = compared.get(one.name);
      return networks === undefined ? one : { ...one, networks };
    });
  }
  const { backend, reason, passedOver } = await startBackend('auto', options);
  return {
    machine,
    choice: backend,
    reason,
    passedOver,
    backends,
    onnxruntime: await onnxRuntimeStatus(options.peers),
  };
}
