import { spawnSync } from 'node:child_process';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { base64, relaxedBase64 } from '../generated/arena-probe.wasm.js';
import * as tf from '@tensorflow/tfjs-core';
import { kernelPool, setThreads, startThreads, threadReport, threadsReady } from './threads.js';
import { workerSource } from './worker-source.js';
import type { KernelModule } from '../arena/kernel-module.js';

const probe: KernelModule<'axpy'> = { name: 'arena-probe', functions: ['axpy'], base64, relaxedBase64 };

describe('the thread pool', () => {
  afterEach(() => {
    setThreads(1);
    vi.unstubAllGlobals();
  });

  it('calls kernels in several threads on one memory, beside the calling one', () => {
    setThreads(3);
    expect(startThreads()).toEqual({ threads: 3, wanted: 3 });
    const pool = kernelPool();
    if (pool === undefined) throw new Error('no pool');
    expect(pool.readyWorkers).toBe(2);
    pool.reset();
    expect(pool.activeWorkers).toBe(2);
    const count = 4096;
    const [x, ...ys] = Array.from({ length: 4 }, () => pool.reserve(4 * count)) as [
      number,
      number,
      number,
      number,
    ];
    const floats = (pointer: number) => new Float32Array(pool.memory.buffer, pointer, count);
    floats(x).forEach((_, i, all) => (all[i] = i));
    for (const y of ys) floats(y).fill(1);
    for (let round = 0; round < 50; round++) {
      pool.call(0, probe, 'axpy', [count, 2, x, ys[0]]);
      pool.call(1, probe, 'axpy', [count, 3, x, ys[1]]);
      pool.functions(probe).axpy(count, 4, x, ys[2]);
      pool.wait(0);
      pool.wait(1);
    }
    for (const [i, y] of ys.entries()) expect(floats(y)[7]).toBe(1 + 50 * (i + 2) * 7);
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

  it('grows its memory, takes it back with reset, and reports the high-water mark', () => {
    setThreads(2);
    startThreads();
    const pool = kernelPool()!;
    pool.reset();
    const first = pool.reserve(10);
    expect(pool.reserve(3 * 2 ** 20) - first).toBe(16);
    expect(pool.report().memoryBytes).toBeGreaterThanOrEqual(3 * 2 ** 20);
    pool.reset();
    expect(pool.reserve(1)).toBe(first);
    expect(pool.report().highWaterMark).toBeGreaterThanOrEqual(3 * 2 ** 20 + 16);
    expect(() => pool.reserve(2 ** 33)).toThrow(/KernelPool.reserve: no room for 8192 MB.*setThreads\(1\)/);
  });

  it('turns a trap in a thread into an error, and the thread goes on', () => {
    setThreads(2);
    startThreads();
    const pool = kernelPool()!;
    pool.call(0, probe, 'axpy', [4, 1, 2 ** 31, 2 ** 31]);
    expect(() => pool.wait(0)).toThrow('a kernel failed in thread 1');
    pool.reset();
    const at = pool.reserve(32);
    new Float32Array(pool.memory.buffer).fill(1, at / 4, at / 4 + 8);
    pool.call(0, probe, 'axpy', [4, 1, at, at + 16]);
    pool.wait(0);
    expect(new Float32Array(pool.memory.buffer)[at / 4 + 4]).toBe(2);
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
      const slot = { at: 0, ready: 7, values: 0 };
      const worker = new Worker(${JSON.stringify(workerSource)}, { eval: true, workerData: { memory, control, values, slot } });
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
