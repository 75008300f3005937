import { kernelBytes, kernelFunctions, usesRelaxedSimd, type KernelModule } from '../arena/kernel-module.js';
import type { WasmArena } from '../arena/wasm-arena.js';
import { MOST_ARGUMENTS, MOST_ITEM_VALUES, type PositionalWork } from './kernel-work.js';
import { startWorker, type PoolWorker } from './start-worker.js';

const SLOT = 8;
/** Floats of a thread's part of `values`: three counts, the places that vary, the arguments. */
const VALUES = 3 + 2 * MOST_ARGUMENTS;

const LOAD = 1;
const ITEMS = 2;

/**
 * Threads that call kernel functions on the memory of the arena, which must be a shared one: they read and write the
 * tensors' own bytes, nothing is copied. What an item computes must not depend on which thread runs it; callers cut
 * their work by shape alone and merge in a fixed order, so that results have the same bits for any number of threads.
 */
export class KernelPool {
  private readonly control: Int32Array<SharedArrayBuffer>;
  private readonly values: Float64Array<SharedArrayBuffer>;
  private readonly items: Float64Array<SharedArrayBuffer>;
  /** Where `control` counts the items that were taken. */
  private readonly next: number;
  private readonly workers: PoolWorker[] = [];
  private readonly loaded: Set<string>[] = [];
  private readonly moduleIndex = new Map<string, number>();
  private calls = 0;
  private mostThreads = 1;

  /** Starts `count` threads beside the calling one. They are ready some tens of milliseconds later. */
  constructor(
    private readonly arena: Pick<WasmArena, 'memory' | 'malloc' | 'free'>,
    count: number,
  ) {
    this.next = count * SLOT;
    this.control = new Int32Array(new SharedArrayBuffer(4 * (this.next + 1)));
    this.values = new Float64Array(new SharedArrayBuffer(8 * count * VALUES));
    this.items = new Float64Array(new SharedArrayBuffer(8 * MOST_ITEM_VALUES));
    const { control, values, items, next } = this;
    for (let i = 0; i < count; i++) {
      const slot = { at: i * SLOT, ready: i * SLOT + SLOT - 1, values: i * VALUES, length: VALUES, next };
      this.workers.push(startWorker({ memory: arena.memory, control, values, items, slot }));
      this.loaded.push(new Set());
    }
  }

  /** The memory that the threads work on. */
  get memory(): WebAssembly.Memory {
    return this.arena.memory;
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

  /** How often work was handed to other threads, and the most threads that shared one piece of work, the caller included. */
  report(): { readonly calls: number; readonly threads: number } {
    return { calls: this.calls, threads: this.mostThreads };
  }

  /**
   * Runs the items on the calling thread and `threads - 1` others, each taking the next one that nobody has. Returns when
   * all are done. @throws when one failed; the others have ended by then.
   */
  run(work: PositionalWork, threads: number): void {
    const { module, name, args, varying, items } = work;
    const own = [...args(0)];
    if (Math.max(own.length, varying.length) > MOST_ARGUMENTS) {
      throw new Error(`KernelPool.run: got ${own.length} arguments, at most ${MOST_ARGUMENTS} are possible`);
    }
    const call = kernelFunctions(this.arena, module)[name]!;
    const others = Math.min(threads, items.length) - 1;
    const indices = Array.from({ length: others }, (_, worker) => this.load(worker, module));
    this.calls += others;
    this.mostThreads = Math.max(this.mostThreads, others + 1);
    items.forEach((item, i) => this.items.set(item, i * varying.length));
    Atomics.store(this.control, this.next, 0);
    indices.forEach((index, worker) => {
      const values = args(worker + 1);
      const header = [items.length, varying.length, values.length, ...varying];
      this.request(worker, ITEMS, index, Object.keys(module.functions).indexOf(name), [...header, ...values]);
    });
    let failure: unknown;
    try {
      for (let i; (i = Atomics.add(this.control, this.next, 1)) < items.length;) {
        const item = items[i]!;
        for (let k = 0; k < varying.length; k++) own[varying[k]!] = item[k]!;
        call(...own);
      }
    } catch (error) {
      failure = error;
      Atomics.store(this.control, this.next, items.length);
    }
    for (let worker = 0; worker < others; worker++) {
      if (!this.wait(worker))
        failure ??= new Error(`KernelPool.run: a kernel failed in thread ${worker + 1}`);
    }
    if (failure !== undefined) throw failure instanceof Error ? failure : new Error('KernelPool.run: failed');
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
      const names = new TextEncoder().encode(Object.keys(module.functions).join(','));
      const pointer = this.arena.malloc(bytes.length + names.length);
      const memory = new Uint8Array(this.arena.memory.buffer);
      memory.set(bytes, pointer);
      memory.set(names, pointer + bytes.length);
      this.request(worker, LOAD, index, 0, [
        ...[pointer, bytes.length, pointer + bytes.length, names.length],
      ]);
      const done = this.wait(worker);
      this.arena.free(pointer);
      if (!done) throw new Error(`KernelPool.run: thread ${worker + 1} could not load '${module.name}'`);
      this.loaded[worker]!.add(key);
    }
    return index;
  }

  private request(
    worker: number,
    command: number,
    module: number,
    call: number,
    values: readonly number[],
  ): void {
    const at = worker * SLOT;
    this.values.set(values, worker * VALUES);
    this.control.set([command, module, call], at + 3);
    const next = (this.control[at]! + 1) & 0x3fffffff;
    Atomics.store(this.control, at, next);
    Atomics.notify(this.control, at);
  }

  /** Sleeps until the thread's request is done; false when it failed. */
  private wait(worker: number): boolean {
    const at = worker * SLOT;
    const request = this.control[at]!;
    for (;;) {
      const answer = Atomics.load(this.control, at + 1);
      if (answer === request) return this.control[at + 2] === 0;
      Atomics.wait(this.control, at + 1, answer);
    }
  }
}
