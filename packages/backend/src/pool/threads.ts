import * as tf from '@tensorflow/tfjs-core';
import { isShared } from '../arena/kernel-module.js';
import { wasmArena, type WasmArena } from '../arena/wasm-arena.js';
import { isNode } from '../node-builtins.js';
import { sharedState } from '../shared-state.js';
import { hasSharedMemory } from '../wasm-features.js';
import { KernelPool } from './kernel-pool.js';
import { availableCores, whyNoThreads } from './start-worker.js';

export interface ThreadReport {
  /** Threads that kernels use now, the calling one included. */
  readonly threads: number;
  /** What `setThreads` asked for, or the default. */
  readonly wanted: number;
  /** Why `threads` is smaller than `wanted`. */
  readonly reason?: string;
}

const DEFAULT_LIMIT = 8;

interface ThreadState {
  wanted: number | undefined;
  pool: KernelPool | undefined;
  failure: string | undefined;
  warned: boolean;
}

const state = /* @__PURE__ */ sharedState('threads', (): ThreadState => ({
  wanted: undefined,
  pool: undefined,
  failure: undefined,
  warned: false,
}));

/**
 * How many threads the kernels may use, the calling one included; the number of cores (at most 8) unless set. Results
 * have the same bits for any number. Threads start with the first large enough operation and never keep a script
 * from ending. Where there can be only one, it stays at one and a warning says why, once.
 * @throws Error unless `count` is a whole number from 1 to 64.
 */
export function setThreads(count: number): ThreadReport {
  if (!Number.isInteger(count) || count < 1 || count > 64) {
    throw new Error(`setThreads: count: got ${count}, wanted a whole number from 1 to 64`);
  }
  if (count !== state.wanted) {
    stopPool();
    state.failure = undefined;
  }
  state.wanted = count;
  const reason = count > 1 ? obstacle() : undefined;
  if (reason !== undefined && !state.warned) {
    state.warned = true;
    tf.backend_util.warn(`setThreads: got ${count}, but kernels run on one thread: ${reason}.`);
  }
  return threadReport();
}

/** How many threads kernels use, and why not more. */
export function threadReport(): ThreadReport {
  const count = state.wanted ?? defaultThreads();
  const reason = count > 1 ? obstacle() : undefined;
  return reason === undefined ? { threads: count, wanted: count } : { threads: 1, wanted: count, reason };
}

/**
 * The pool on the memory of `arena` (of TensorFlow.js's WASM backend unless given), started by the first call; undefined
 * while it starts (then the caller works alone: the results are the same), with one thread, or where threads are not possible.
 */
export function kernelPool(arena: WasmArena | undefined = startedArena()): KernelPool | undefined {
  if (arena === undefined || !isShared(arena.memory)) return undefined;
  if (state.pool !== undefined && state.pool.memory !== arena.memory) stopPool(); // the backend was removed and started anew
  if (state.pool === undefined) {
    const { threads } = threadReport();
    if (threads === 1) return undefined;
    try {
      state.pool = new KernelPool(arena, threads - 1);
    } catch (error) {
      state.failure = `threads could not be started (${error instanceof Error ? error.message : String(error)})`;
      return undefined;
    }
  }
  return state.pool.readyWorkers > 0 ? state.pool : undefined;
}

/**
 * Starts the threads now and sleeps until they run, so that the first operation already has them; the WASM backend must
 * have been started. Node only: in a browser threads cannot start while the worker that made them sleeps, so this does
 * not wait there; use `await threadsReady()`.
 */
export function startThreads(milliseconds = 5000): ThreadReport {
  kernelPool();
  if (isNode()) state.pool?.waitUntilReady(milliseconds);
  return threadReport();
}

/** Starts the threads now and resolves when they run, at the latest after `milliseconds`. For browsers and Node. */
export async function threadsReady(milliseconds = 5000): Promise<ThreadReport> {
  kernelPool();
  await state.pool?.untilReady(milliseconds);
  return threadReport();
}

function stopPool(): void {
  state.pool?.stop();
  state.pool = undefined;
}

function defaultThreads(): number {
  return Math.max(1, Math.min(DEFAULT_LIMIT, availableCores()));
}

/** The WASM backend's memory, if that backend has been started. */
function startedArena(): WasmArena | undefined {
  return wasmArena(tf.engine().registry['wasm']);
}

function obstacle(): string | undefined {
  return (
    state.failure ??
    whyNoThreads() ??
    (hasSharedMemory() ? undefined : 'WebAssembly memory cannot be shared here') ??
    whyNotShared()
  );
}

function whyNotShared(): string | undefined {
  const arena = startedArena();
  if (arena === undefined || isShared(arena.memory)) return undefined;
  return "the memory of the WASM backend is not shared: start it with startBackend('wasm')";
}
