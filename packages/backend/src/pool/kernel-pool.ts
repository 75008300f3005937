import { kernelBytes, kernelFunctions, usesRelaxedSimd, type KernelModule } from '../arena/kernel-module.js';
import { startWorker, type PoolWorker } from './start-worker.js';

const SLOT = 8;
const MAX_ARGUMENTS = 40;
const PAGE = 65536;

/**
 * Threads that call kernel functions on one shared memory. The calling thread hands out calls with `call`, may work
 * itself, and then waits with `wait`. What a call computes must not depend on which thread runs it; callers cut their
 * work by shape alone and merge in a fixed order, so that results have the same bits for any number of threads.
 *
 * Memory: `reserve` hands out the shared memory from its start; `reset` takes everything back and counts the threads that have
 * started since. It grows and is kept.
 */
export class KernelPool {
  readonly memory: WebAssembly.Memory;
  private readonly control: Int32Array<SharedArrayBuffer>;
  private readonly values: Float64Array<SharedArrayBuffer>;
  private readonly workers: PoolWorker[] = [];
  private readonly loaded: Set<string>[] = [];
  private readonly moduleIndex = new Map<string, number>();
  private used = 0;
  private active = 0;
  private highWaterMark = 0;

  /** Starts `count` threads beside the calling one. They are ready some tens of milliseconds later. */
  constructor(count: number) {
    this.memory = sharedMemory();
    this.control = new Int32Array(new SharedArrayBuffer(4 * count * SLOT));
    this.values = new Float64Array(new SharedArrayBuffer(8 * count * MAX_ARGUMENTS));
    const { memory, control, values } = this;
    for (let i = 0; i < count; i++) {
      const slot = { at: i * SLOT, ready: i * SLOT + SLOT - 1, values: i * MAX_ARGUMENTS };
      this.workers.push(startWorker({ memory, control, values, slot }));
      this.loaded.push(new Set());
    }
  }

  /** Threads that have started, without the calling one. */
  get readyWorkers(): number {
    let count = 0;
    while (count < this.workers.length && Atomics.load(this.control, count * SLOT + SLOT - 1) === 1) count++;
    return count;
  }

  /** Sleeps until all threads have started; false after `milliseconds`. Node only, for measurements and tests. */
  waitUntilReady(milliseconds: number): boolean {
    const end = Date.now() + milliseconds;
    for (let i = 0; i < this.workers.length; i++) {
      const at = i * SLOT + SLOT - 1;
      while (Atomics.load(this.control, at) === 0) {
        if (Atomics.wait(this.control, at, 0, Math.max(0, end - Date.now())) === 'timed-out') return false;
      }
    }
    return true;
  }

  /** The same without sleeping: lets the event loop turn, which browsers need to start a worker's workers. */
  async untilReady(milliseconds: number): Promise<boolean> {
    const end = Date.now() + milliseconds;
    while (this.readyWorkers < this.workers.length) {
      if (Date.now() >= end) return false;
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
    return true;
  }

  report(): { readonly memoryBytes: number; readonly highWaterMark: number } {
    return { memoryBytes: this.memory.buffer.byteLength, highWaterMark: this.highWaterMark };
  }

  /** Bytes of shared memory (16-byte aligned, contents undefined) until `reset`. */
  reserve(bytes: number): number {
    const pointer = this.used;
    this.used += Math.ceil(bytes / 16) * 16;
    const missing = this.used - this.memory.buffer.byteLength;
    if (missing > 0) {
      try {
        this.memory.grow(Math.ceil(missing / PAGE));
      } catch {
        this.used = pointer;
        throw new Error(
          `KernelPool.reserve: no room for ${(bytes / 2 ** 20).toFixed(0)} MB of shared memory. Use smaller tiles, or setThreads(1).`,
        );
      }
    }
    this.highWaterMark = Math.max(this.highWaterMark, this.used);
    return pointer;
  }

  reset(): void {
    this.used = 0;
    this.active = this.readyWorkers;
  }

  /** Threads, without the calling one, to be used until the next `reset`: those that were ready at the last one. */
  get activeWorkers(): number {
    return this.active;
  }

  /** The kernel's functions for the calling thread, on the shared memory. */
  functions<Names extends string>(module: KernelModule<Names>) {
    return kernelFunctions(this, module);
  }

  /** Lets thread `worker` (from 0) call a kernel function; its previous call must have been waited for. */
  call<Names extends string>(
    worker: number,
    module: KernelModule<Names>,
    name: Names,
    args: readonly number[],
  ): void {
    const index = this.load(worker, module);
    this.request(worker, 0, index, module.functions.indexOf(name), args);
  }

  /** Sleeps until the thread's call is done. @throws when the call failed. */
  wait(worker: number): void {
    const at = worker * SLOT;
    const request = this.control[at]!;
    for (;;) {
      const answer = Atomics.load(this.control, at + 1);
      if (answer === request) break;
      Atomics.wait(this.control, at + 1, answer);
    }
    if (this.control[at + 2] !== 0) {
      throw new Error(`KernelPool.wait: a kernel failed in thread ${worker + 1}`);
    }
  }

  /** Ends the threads. */
  stop(): void {
    this.workers.forEach((worker, i) => {
      Atomics.store(this.control, i * SLOT, -1);
      Atomics.notify(this.control, i * SLOT);
      worker.stop();
    });
  }

  /** Sends a module's bytes through the shared memory, once per thread and build. */
  private load(worker: number, module: KernelModule): number {
    const key = `${module.name}/${usesRelaxedSimd() ? 'relaxed' : 'simd'}`;
    const index = this.moduleIndex.get(key) ?? this.moduleIndex.size;
    this.moduleIndex.set(key, index);
    if (!this.loaded[worker]!.has(key)) {
      const bytes = kernelBytes(module, true);
      const names = new TextEncoder().encode(module.functions.join(','));
      const before = this.used;
      const pointer = this.reserve(bytes.length);
      const namesPointer = this.reserve(names.length);
      new Uint8Array(this.memory.buffer).set(bytes, pointer);
      new Uint8Array(this.memory.buffer).set(names, namesPointer);
      this.request(worker, 1, 0, 0, [index, pointer, bytes.length, namesPointer, names.length]);
      this.wait(worker);
      this.used = before;
      this.loaded[worker]!.add(key);
    }
    return index;
  }

  private request(
    worker: number,
    command: number,
    module: number,
    call: number,
    args: readonly number[],
  ): void {
    if (args.length > MAX_ARGUMENTS) {
      throw new Error(`KernelPool.call: got ${args.length} arguments, at most ${MAX_ARGUMENTS} are possible`);
    }
    const at = worker * SLOT;
    this.values.set(args, worker * MAX_ARGUMENTS);
    this.control.set([command, module, call, args.length], at + 3);
    const next = (this.control[at]! + 1) & 0x3fffffff;
    Atomics.store(this.control, at, next);
    Atomics.notify(this.control, at);
  }
}

/** Shared memory that may grow to 4 GB, or to what the engine lets us reserve. */
function sharedMemory(): WebAssembly.Memory {
  for (let maximum = PAGE; ; maximum /= 2) {
    try {
      return new WebAssembly.Memory({ initial: 1, maximum, shared: true });
    } catch (error) {
      if (maximum <= 1024) throw error;
    }
  }
}
