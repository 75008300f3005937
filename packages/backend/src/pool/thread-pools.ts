import { isShared } from '../arena/kernel-module.js';
import type { WasmArena } from '../arena/wasm-arena.js';
import { sharedState } from '../shared-state.js';
import { hasSharedMemory } from '../wasm-features.js';
import { KernelPool } from './kernel-pool.js';
import { availableCores, whyNoThreads } from './start-worker.js';

const DEFAULT_LIMIT = 8;

interface ThreadState {
  wanted: number | undefined;
  /** One for each kind of memory: TensorFlow.js's, and that of plain arrays. */
  readonly pools: Map<WasmArena['owner'], KernelPool>;
  failure: string | undefined;
}

const state = /* @__PURE__ */ sharedState('threads', (): ThreadState => ({
  wanted: undefined,
  pools: new Map(),
  failure: undefined,
}));

/** What was asked for, or the number of cores (at most 8). */
export const wantedThreads = (): number =>
  state.wanted ?? Math.max(1, Math.min(DEFAULT_LIMIT, availableCores()));

/**
 * Asks for a number of threads, the calling one included; running ones end where it is another number.
 * @throws Error unless `count` is a whole number from 1 to 64.
 */
export function wantThreads(count: number): void {
  if (!Number.isInteger(count) || count < 1 || count > 64) {
    throw new Error(`setThreads: count: got ${count}, wanted a whole number from 1 to 64`);
  }
  if (count !== state.wanted) {
    for (const owner of [...state.pools.keys()]) stopPool(owner);
    state.failure = undefined;
  }
  state.wanted = count;
}

/** Why kernels can have no threads here, whatever the memory. */
export function obstacleToThreads(): string | undefined {
  return (
    state.failure ??
    whyNoThreads() ??
    (hasSharedMemory() ? undefined : 'WebAssembly memory cannot be shared here')
  );
}

/** The pool on the memory of `arena`, started where there is none yet; undefined where threads are not possible. */
export function startedPool(arena: WasmArena): KernelPool | undefined {
  if (!isShared(arena.memory)) return undefined;
  const known = state.pools.get(arena.owner);
  if (known?.memory === arena.memory) return known;
  stopPool(arena.owner); // the backend was removed and started anew
  const threads = wantedThreads();
  if (threads === 1 || obstacleToThreads() !== undefined) return undefined;
  try {
    const pool = new KernelPool(arena, threads - 1);
    state.pools.set(arena.owner, pool);
    return pool;
  } catch (error) {
    state.failure = `threads could not be started (${error instanceof Error ? error.message : String(error)})`;
    return undefined;
  }
}

/**
 * The pool on the memory of `arena`, started by the first call; undefined while it starts (then the caller works alone: the
 * results are the same), with one thread, or where threads are not possible.
 */
export function poolOf(arena: WasmArena): KernelPool | undefined {
  const pool = startedPool(arena);
  return pool !== undefined && pool.readyWorkers > 0 ? pool : undefined;
}

function stopPool(owner: WasmArena['owner']): void {
  state.pools.get(owner)?.stop();
  state.pools.delete(owner);
}
