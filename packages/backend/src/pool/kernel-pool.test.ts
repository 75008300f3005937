import { spawnSync } from 'node:child_process';
import { afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { arenaProbeKernel as probe } from '../generated/arena-probe.wasm.js';
import * as tf from '@tensorflow/tfjs-core';
import { startBackend } from '../start-backend.js';
import { wasmArena, type WasmArena } from '../arena/wasm-arena.js';
import { runWork, workThreads } from './run-work.js';
import { kernelPool, setThreads, startThreads, threadReport, threadsReady } from './threads.js';
import { workerSource } from './worker-source.js';

const arena = (): WasmArena => wasmArena(tf.backend())!;
const floats = (pointer: number, count: number) => new Float32Array(arena().memory.buffer, pointer, count);

describe('the thread pool', () => {
  beforeAll(async () => {
    await startBackend('wasm');
  });

  afterEach(() => {
    setThreads(1);
    vi.unstubAllGlobals();
  });

  it("gives every item to one thread or another, on the tensors' own memory", () => {
    setThreads(3);
    expect(startThreads()).toEqual({ threads: 3, wanted: 3 });
    const pool = kernelPool();
    if (pool === undefined) throw new Error('no pool');
    expect(pool.readyWorkers).toBe(2);
    expect(pool.memory).toBe(arena().memory);
    const [count, items] = [4096, 3000];
    const x = tf.range(0, count, 1, 'float32');
    const sums = Array.from({ length: 3 }, () => arena().malloc(4 * count));
    for (const sum of sums) floats(sum, count).fill(0);
    const before = pool.report().calls;
    const done = () => sums.map((sum) => floats(sum, count)[7]! / 7);
    let rounds = 0;
    // On a busy machine one thread may have taken all items before another wakes up.
    do {
      runWork(arena(), 3, {
        module: probe,
        name: 'axpy',
        items: Array.from({ length: items }, () => ({ a: 1 })),
        args: (thread) => ({ count, x: arena().pointer(x), y: sums[thread]! }),
      });
      rounds++;
      expect(done().reduce((a, b) => a + b)).toBe(rounds * items);
    } while (rounds < 50 && done()[0] === rounds * items);
    expect(pool.report().calls - before).toBe(2 * rounds);
    expect(done()[0]).toBeLessThan(rounds * items);
    for (const sum of sums) arena().free(sum);
    x.dispose();
  });

  it('does work of more items than fit at once, and of one or none', () => {
    setThreads(2);
    startThreads();
    for (const items of [0, 1, 5000]) {
      const y = arena().malloc(16 * Math.max(1, items));
      const x = arena().malloc(16);
      floats(x, 4).fill(1);
      floats(y, 4 * items).fill(0);
      runWork(arena(), workThreads(arena(), items), {
        module: probe,
        name: 'axpy',
        items: Array.from({ length: items }, (_, i) => ({ a: i, y: y + 16 * i })),
        args: () => ({ count: 4, x }),
      });
      expect([...floats(y, 4 * items)].every((value, i) => value === i >> 2)).toBe(true);
      arena().free(y);
      arena().free(x);
    }
  });

  it('lets the event loop turn while threads start, where that is asked for', async () => {
    setThreads(3);
    expect(kernelPool()).toBeUndefined();
    let turns = 0;
    const timer = setInterval(() => turns++, 1);
    expect(await threadsReady()).toEqual({ threads: 3, wanted: 3 });
    clearInterval(timer);
    expect(turns).toBeGreaterThan(0);
    expect(kernelPool()?.readyWorkers).toBe(2);
    setThreads(1);
    expect(await threadsReady()).toEqual({ threads: 1, wanted: 1 });
  });

  it('turns a trap in any thread into an error, and the threads go on', () => {
    setThreads(2);
    startThreads();
    const at = arena().malloc(64);
    floats(at, 16).fill(1);
    const run = (...targets: number[]) =>
      runWork(arena(), 2, {
        module: probe,
        name: 'axpy',
        items: targets.map((y) => ({ count: 4, y })),
        args: () => ({ a: 1, x: at }),
      });
    // One of the two traps at once; whichever thread takes it, the other ends its own first.
    expect(() => run(at + 16, 2 ** 31)).toThrow(/a kernel failed|out of bounds/);
    run(at + 32, at + 48);
    expect([...floats(at + 32, 8)]).toEqual(new Array(8).fill(2));
    arena().free(at);
  });

  it('follows a backend that was removed and started again', async () => {
    setThreads(2);
    startThreads();
    const first = kernelPool();
    tf.removeBackend('wasm');
    expect(kernelPool()).toBeUndefined();
    await startBackend('wasm', { tensorflowThreads: 2 });
    startThreads();
    const second = kernelPool();
    expect(second?.memory).toBe(arena().memory);
    expect(second).not.toBe(first);
  });

  it('stays at one thread, and says so, where memory cannot be shared', () => {
    const warn = vi.spyOn(tf.backend_util, 'warn').mockImplementation(() => undefined);
    vi.stubGlobal('SharedArrayBuffer', undefined);
    const report = setThreads(4);
    expect(report).toMatchObject({ threads: 1, wanted: 4 });
    expect(report.reason).toMatch(/cross-origin isolated/);
    expect(warn).toHaveBeenCalledWith(
      expect.stringMatching(/^setThreads: got 4, but kernels run on one thread/),
    );
    expect(kernelPool()).toBeUndefined();
    warn.mockRestore();
  });

  it('stays at one thread, and says so, where TensorFlow.js was started without a shared memory', () => {
    const warn = vi.spyOn(tf.backend_util, 'warn').mockImplementation(() => undefined);
    const { registry } = tf.engine();
    const started = registry['wasm']!;
    const none = () => 0;
    const wasm = { _malloc: none, _free: none, wasmMemory: new WebAssembly.Memory({ initial: 1 }) };
    const plain = { wasm, dataIdMap: new Map(), makeOutput: none, disposeData: none };
    registry['wasm'] = plain as never;
    try {
      const report = setThreads(2);
      expect(report).toMatchObject({ threads: 1, wanted: 2 });
      expect(report.reason).toBe(
        "the memory of the WASM backend is not shared: start it with startBackend('wasm')",
      );
      expect(kernelPool()).toBeUndefined();
      expect(workThreads(wasmArena(plain)!, 100)).toBe(1);
    } finally {
      registry['wasm'] = started;
      warn.mockRestore();
    }
    expect(threadReport()).toEqual({ threads: 2, wanted: 2 });
  });

  it('refuses a wrong count', () => {
    expect(() => setThreads(0)).toThrow('setThreads: count: got 0, wanted a whole number from 1 to 64');
    expect(() => setThreads(1.5)).toThrow('got 1.5');
    expect(threadReport().threads).toBe(1);
  });

  it('does not keep a script alive', () => {
    // The worker exactly as the pool starts it, in a script that does nothing else.
    const script = `
      const { Worker } = require('node:worker_threads');
      const memory = new WebAssembly.Memory({ initial: 1, maximum: 2, shared: true });
      const control = new Int32Array(new SharedArrayBuffer(64));
      const values = new Float64Array(new SharedArrayBuffer(512));
      const items = new Float64Array(new SharedArrayBuffer(64));
      const slot = { at: 0, ready: 7, values: 0, length: 8, next: 8 };
      const worker = new Worker(${JSON.stringify(workerSource())}, { eval: true, workerData: { memory, control, values, items, slot } });
      worker.unref();
      console.log(Atomics.wait(control, 7, 0, 20000), Atomics.load(control, 7));`;
    const { stdout, status } = spawnSync(process.execPath, ['-e', script], {
      timeout: 30_000,
      encoding: 'utf8',
    });
    expect(status).toBe(0);
    expect(stdout.trim()).toMatch(/^(ok|not-equal) 1$/);
  });
});
