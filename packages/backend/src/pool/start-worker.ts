import { isNode, nodeBuiltin } from '../node-builtins.js';
import { workerSource } from './worker-source.js';

/** What a thread gets when it starts. Offsets are elements of `control` and `values`. */
export interface WorkerStart {
  readonly memory: WebAssembly.Memory;
  readonly control: Int32Array<SharedArrayBuffer>;
  readonly values: Float64Array<SharedArrayBuffer>;
  readonly items: Float64Array<SharedArrayBuffer>;
  readonly slot: Readonly<Record<'at' | 'ready' | 'values' | 'length' | 'next', number>>;
}

export interface PoolWorker {
  stop(): void;
}

/** Starts a thread that does not keep the process alive. Throws where threads cannot be made. */
export function startWorker(start: WorkerStart): PoolWorker {
  if (isNode()) {
    const threads = nodeBuiltin('worker_threads');
    if (threads === undefined) throw new Error('this version of Node has no process.getBuiltinModule');
    const worker = new threads.Worker(workerSource(), { eval: true, workerData: start, execArgv: [] });
    worker.unref();
    return { stop: () => void worker.terminate() };
  }
  const url = URL.createObjectURL(new Blob([workerSource()], { type: 'text/javascript' }));
  const worker = new Worker(url);
  worker.postMessage(start);
  return {
    stop: () => {
      worker.terminate();
      URL.revokeObjectURL(url);
    },
  };
}

/** Undefined where a thread may sleep until others are done; otherwise why it may not. */
export function whyNoThreads(): string | undefined {
  if (typeof SharedArrayBuffer === 'undefined') {
    return 'shared memory is off: a browser page must be cross-origin isolated (COOP and COEP headers)';
  }
  if (isNode()) {
    return nodeBuiltin('worker_threads') === undefined ? 'Node >= 20.16 is needed' : undefined;
  }
  if (typeof Worker === 'undefined') return 'there are no Web Workers here';
  try {
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 1, 0);
    return undefined;
  } catch {
    return "a browser's main thread must not wait for others: run the model in a Web Worker";
  }
}

/** Cores that the operating system offers to this process. */
export function availableCores(): number {
  if (isNode()) return nodeBuiltin('os')?.availableParallelism() ?? 1;
  return typeof navigator === 'undefined' ? 1 : navigator.hardwareConcurrency;
}
