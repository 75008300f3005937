import {
  arraysArena,
  obstacleToThreads,
  startedPool,
  wantedThreads,
  wantThreads,
} from '@prismamba/backend/arena';

/**
 * How many threads the scans may use, the calling one included; the number of cores (at most 8) unless set. Results have
 * the same bits for any number. Threads start with the first large scan and never keep a script from ending.
 *
 * @returns how many there will be, and why not more.
 * @throws Error unless `count` is a whole number from 1 to 64.
 */
export function setThreads(count: number): { readonly threads: number; readonly reason?: string } {
  wantThreads(count);
  const reason = count > 1 ? obstacleToThreads() : undefined;
  return reason === undefined ? { threads: wantedThreads() } : { threads: 1, reason };
}

/**
 * Starts the threads now and sleeps until they run, so that the first scan already has them. Node only: in a browser threads
 * cannot start while the worker that made them sleeps; there use `await threadsReady()`.
 *
 * @returns how many threads run, the calling one included.
 */
export function startThreads(milliseconds = 5000): number {
  const pool = startedPool(arraysArena());
  pool?.waitUntilReady(milliseconds);
  return 1 + (pool?.readyWorkers ?? 0);
}

/** Starts the threads now and resolves with how many run, at the latest after `milliseconds`. For browsers and Node. */
export async function threadsReady(milliseconds = 5000): Promise<number> {
  const pool = startedPool(arraysArena());
  await pool?.untilReady(milliseconds);
  return 1 + (pool?.readyWorkers ?? 0);
}
