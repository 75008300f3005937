import * as tf from '@tensorflow/tfjs-core';
import { isShared } from '../arena/kernel-module.js';
import { wasmArena, type WasmArena } from '../arena/wasm-arena.js';
import { isNode } from '../node-builtins.js';
import { sharedState } from '../shared-state.js';
import type { KernelPool } from './kernel-pool.js';
import { obstacleToThreads, poolOf, startedPool, wantedThreads, wantThreads } from './thread-pools.js';

export interface ThreadReport {
  /** Threads that kernels use now, the calling one included. */
  readonly threads: number;
  /** What `setThreads` asked for, or the default. */
  readonly wanted: number;
  /** Why `threads` is smaller than `wanted`. */
  readonly reason?: string;
}

/** Said once, whichever copy of this package says it. */
const said = /* @__PURE__ */ sharedState('said', () => ({ oneThread: false }));

/**
 * How many threads the kernels may use, the calling one included; the number of cores (at most 8) unless set. Results
 * have the same bits for any number. Threads start with the first large enough operation and never keep a script
 * from ending. Where there can be only one, it stays at one and a warning says why, once.
 * @throws Error unless `count` is a whole number from 1 to 64.
 */
export function setThreads(count: number): ThreadReport {
  wantThreads(count);
  const reason = count > 1 ? obstacle() : undefined;
  if (reason !== undefined && !said.oneThread) {
    said.oneThread = true;
    tf.backend_util.warn(`setThreads: got ${count}, but kernels run on one thread: ${reason}.`);
  }
  return threadReport();
}

/** How many threads kernels use, and why not more. */
export function threadReport(): ThreadReport {
  const count = wantedThreads();
  const reason = count > 1 ? obstacle() : undefined;
  return reason === undefined ? { threads: count, wanted: count } : { threads: 1, wanted: count, reason };
}

/**
 * The threads on the memory of TensorFlow.js's WASM backend, started by the first call; undefined while they start, with one
 * thread, or where threads are not possible.
 */
export function kernelPool(): KernelPool | undefined {
  const arena = startedArena();
  return arena === undefined ? undefined : poolOf(arena);
}

/**
 * Starts the threads now and sleeps until they run, so that the first operation already has them; the WASM backend must
 * have been started. Node only: in a browser threads cannot start while the worker that made them sleeps, so this does
 * not wait there; use `await threadsReady()`.
 */
export function startThreads(milliseconds = 5000): ThreadReport {
  const arena = startedArena();
  const pool = arena === undefined ? undefined : startedPool(arena);
  if (isNode()) pool?.waitUntilReady(milliseconds);
  return threadReport();
}

/** Starts the threads now and resolves when they run, at the latest after `milliseconds`. For browsers and Node. */
export async function threadsReady(milliseconds = 5000): Promise<ThreadReport> {
  const arena = startedArena();
  await (arena === undefined ? undefined : startedPool(arena))?.untilReady(milliseconds);
  return threadReport();
}

/** The WASM backend's memory, if that backend has been started. */
function startedArena(): WasmArena | undefined {
  return wasmArena(tf.engine().registry['wasm']);
}

const obstacle = (): string | undefined => obstacleToThreads() ?? whyNotShared();

function whyNotShared(): string | undefined {
  const arena = startedArena();
  if (arena === undefined || isShared(arena.memory)) return undefined;
  return "the memory of the WASM backend is not shared: start it with startBackend('wasm')";
}
