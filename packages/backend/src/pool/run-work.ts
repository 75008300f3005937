import {
  kernelFunctions,
  parameterOrder,
  positional,
  type FunctionName,
  type KernelModule,
} from '../arena/kernel-module.js';
import type { WasmArena } from '../arena/wasm-arena.js';
import { MOST_ITEM_VALUES, type ArgumentsOf, type KernelWork, type PositionalWork } from './kernel-work.js';
import { poolOf } from './thread-pools.js';

/**
 * How many threads `runWork` will use for this number of items, the calling one included: what scratch has to be there
 * for. 1 where there are no threads, they have not started yet, or the memory is not shared.
 */
export function workThreads(arena: WasmArena, items: number): number {
  return items < 2 ? 1 : Math.min(items, 1 + (poolOf(arena)?.readyWorkers ?? 0));
}

/**
 * Runs every item of the work on at most `threads` threads and returns when all are done. Arguments are named as in the
 * kernel's AssemblyScript source; the compiler sees to it that items and `args` together are all of them.
 */
export function runWork<
  M extends KernelModule,
  F extends FunctionName<M>,
  Varying extends keyof ArgumentsOf<M, F>,
>(arena: WasmArena, threads: number, work: KernelWork<M, F, Varying>): void {
  const { module, name, args, items } = work;
  const first = items[0];
  if (first === undefined) return;
  const order = parameterOrder(module, name);
  const names = Object.keys(first);
  runPositional(arena, threads, {
    module,
    name,
    varying: names.map((varying) => order.indexOf(varying)),
    items: items.map((item) => positional(names, item)),
    args: (thread) => positional(order, args(thread)),
  });
}

function runPositional(arena: WasmArena, threads: number, work: PositionalWork): void {
  const { module, name, args, varying, items } = work;
  const pool = threads > 1 && items.length > 1 ? poolOf(arena) : undefined;
  if (pool === undefined) {
    const run = kernelFunctions(arena, module)[name]!;
    const own = [...args(0)];
    for (const item of items) {
      varying.forEach((place, k) => (own[place] = item[k]!));
      run(...own);
    }
    return;
  }
  const turn = Math.max(1, Math.floor(MOST_ITEM_VALUES / Math.max(1, varying.length)));
  for (let at = 0; at < items.length; at += turn) {
    pool.run({ ...work, items: items.slice(at, at + turn) }, threads);
  }
}
