import type { KernelPool, WasmArena } from '@prismamba/backend';

/** How one unit of work is done by the calling thread, or by another one and then merged. */
export interface UnitWork<Unit> {
  /** Computes on the backend's memory, straight into the outputs. */
  readonly here: (unit: Unit) => void;
  /** Copies inputs into the pool's memory and calls the kernel in thread `worker`. */
  readonly start: (pool: KernelPool, worker: number, unit: Unit) => void;
  /** Copies or adds the thread's result into the outputs. */
  readonly merge: (pool: KernelPool, worker: number, unit: Unit) => void;
}

/**
 * Runs units of work in rounds of as many as there are threads. In each round the first unit is the calling thread's,
 * and the others are merged in their order after it: the outputs see every unit in the given order, whatever the
 * number of threads, so that sums have the same bits.
 */
export function runUnits<Unit>(
  units: readonly Unit[],
  pool: KernelPool | undefined,
  work: UnitWork<Unit>,
): void {
  const workers = pool === undefined ? 0 : Math.min(pool.activeWorkers, units.length - 1);
  for (let at = 0; at < units.length; at += workers + 1) {
    const [first, ...others] = units.slice(at, at + workers + 1);
    let failure: Error | undefined;
    others.forEach((unit, worker) => work.start(pool!, worker, unit));
    try {
      work.here(first!);
    } catch (error) {
      failure = asError(error); // the others' calls must end before their memory is used again
    }
    others.forEach((unit, worker) => {
      try {
        pool!.wait(worker);
        if (failure === undefined) work.merge(pool!, worker, unit);
      } catch (error) {
        failure ??= asError(error);
      }
    });
    if (failure !== undefined) throw failure;
  }
}

const asError = (error: unknown): Error => (error instanceof Error ? error : new Error(String(error)));

/** Bytes of one memory, by pointer and length. */
export function bytesOf(memory: WebAssembly.Memory, pointer: number, length: number): Uint8Array {
  return new Uint8Array(memory.buffer, pointer, length);
}

/** Copies bytes of the backend's memory into new ones of the pool's. */
export function share(arena: WasmArena, pool: KernelPool, pointer: number, bytes: number): number {
  const to = pool.reserve(bytes);
  bytesOf(pool.memory, to, bytes).set(bytesOf(arena.memory, pointer, bytes));
  return to;
}

/** Floats that `addFloats` copies at a time. */
export const PIECE = 2 ** 14;

/** Adds floats of the pool's memory to others of the backend's, with `piece` as scratch for {@link PIECE} floats. */
export function addFloats(
  arena: WasmArena,
  add: (to: number, from: number, count: number) => number,
  pool: KernelPool,
  from: number,
  to: number,
  floats: number,
  piece: number,
): void {
  for (let at = 0; at < floats; at += PIECE) {
    const count = Math.min(PIECE, floats - at);
    bytesOf(arena.memory, piece, 4 * count).set(bytesOf(pool.memory, from + 4 * at, 4 * count));
    add(to + 4 * at, piece, count);
  }
}
