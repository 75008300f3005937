import {
  clearFloats,
  kernelFunctions,
  kernelPool,
  withScratch,
  type KernelModule,
  type KernelPool,
  type WasmArena,
} from '@prismamba/backend';
import { addFloats, bytesOf, PIECE, runUnits, share } from './run-units.wasm.js';
import { TABLE_BYTES, writeTable } from './scan-table.wasm.js';

/** Row-major, column-major, and both reversed. */
export const DIRECTIONS = [0, 1, 2, 3] as const;

/** Below this many tokens x channels x directions (a few ms) one thread is enough. */
const THREADED_UNITS = 2 ** 18;

/** One direction of one image: the unit of work of a thread. */
interface Unit {
  readonly image: number;
  readonly direction: number;
}

/** Where one unit finds everything; pointers into the memory of the thread that runs it. */
export interface ForwardCall extends Pick<Unit, 'direction'> {
  readonly x: number;
  readonly pack: number;
  readonly y: number;
  /** Where the states at the chunk starts go, or 0. */
  readonly states: number;
  /** The thread has a map of its own, to be cleared first; else the result is added to the map. */
  readonly alone: boolean;
  readonly scratch: number;
  readonly table: number;
}

export interface BackwardCall extends Omit<ForwardCall, 'y'> {
  readonly dy: number;
  readonly dx: number;
  /** Gradients of the packed parameters; cleared first if `alone`, else clear already. */
  readonly dPack: number;
}

/** A scan over the four directions of [B, H, W, D] maps: its kernel, sizes and calls. */
export interface DirectionScan<Names extends string> {
  readonly module: KernelModule<Names | 'addFloats'>;
  readonly arena: WasmArena;
  readonly batch: number;
  /** Floats of one image. */
  readonly image: number;
  /** Bytes of the stored states, packed parameters and scratch of one direction. */
  readonly stateBytes: number;
  readonly packBytes: number;
  readonly scratchBytes: number;
  /** Whether `forward` may write its result over its input: a thread then needs one map instead of two. */
  readonly inPlace?: boolean;
  /** Packs the parameters of a direction. */
  readonly pack: (direction: number, pack: number, table: number) => void;
  readonly forward: (call: ForwardCall) => readonly [name: Names, ...args: number[]];
  readonly backward: (call: BackwardCall) => readonly [name: Names, ...args: number[]];
}

/** Adds the four directions of every image to y (cleared first). `states`: [B, 4, floats], or 0. */
export function runForward<Names extends string>(
  scan: DirectionScan<Names>,
  pointers: { readonly x: number; readonly y: number; readonly states: number },
): void {
  const { module, arena, batch, image, stateBytes, packBytes, scratchBytes } = scan;
  const run = kernelFunctions(arena, module);
  const { x, y, states } = pointers;
  const mapBytes = 4 * image;
  const pool = poolFor(scan);
  const stateAt = (unit: Unit) =>
    states === 0 ? 0 : states + (unit.image * 4 + unit.direction) * stateBytes;
  const sizes = [TABLE_BYTES, 4 * packBytes, scratchBytes, 4 * PIECE];
  withScratch(arena, sizes, (table, packs, scratch, piece) => {
    writeTable(arena, table);
    clearFloats(arena, y, batch * image);
    for (const k of DIRECTIONS) scan.pack(k, packs + k * packBytes, table);
    pool?.reset();
    const shared = pool && {
      x: scan.inPlace === true ? 0 : share(arena, pool, x, batch * mapBytes),
      packs: share(arena, pool, packs, 4 * packBytes),
      table: share(arena, pool, table, TABLE_BYTES),
      own: Array.from({ length: pool.activeWorkers }, () => ({
        y: pool.reserve(mapBytes),
        states: states === 0 ? 0 : pool.reserve(stateBytes),
        scratch: pool.reserve(scratchBytes),
      })),
    };
    runUnits(unitsOf(batch), pool, {
      here: (unit) => {
        const { image: b, direction } = unit;
        const [name, ...args] = scan.forward({
          ...{ direction, scratch, table, alone: false, states: stateAt(unit) },
          ...{ x: x + b * mapBytes, pack: packs + direction * packBytes, y: y + b * mapBytes },
        });
        run[name](...args);
      },
      start: (threads, worker, { image: b, direction }) => {
        const { x: from, packs: sharedPacks, table: sharedTable, own } = shared!;
        const mine = own[worker]!;
        let input = from + b * mapBytes;
        if (scan.inPlace === true) {
          input = mine.y;
          bytesOf(threads.memory, input, mapBytes).set(bytesOf(arena.memory, x + b * mapBytes, mapBytes));
        }
        const [name, ...args] = scan.forward({
          ...{ direction, alone: true, table: sharedTable, ...mine },
          ...{ x: input, pack: sharedPacks + direction * packBytes },
        });
        threads.call(worker, module, name, args);
      },
      merge: (threads, worker, unit) => {
        const own = shared!.own[worker]!;
        addFloats(arena, run.addFloats, threads, own.y, y + unit.image * mapBytes, image, piece);
        if (states === 0) return;
        bytesOf(arena.memory, stateAt(unit), stateBytes).set(bytesOf(threads.memory, own.states, stateBytes));
      },
    });
  });
}

/**
 * Adds the gradients of the four directions of every image to dx (cleared first) and hands the summed gradients of the
 * packed parameters of each direction to `unpack`.
 */
export function runBackward<Names extends string>(
  scan: DirectionScan<Names>,
  pointers: { readonly x: number; readonly dy: number; readonly states: number; readonly dx: number },
  unpack: (direction: number, pack: number, dPack: number, table: number) => void,
): void {
  const { module, arena, batch, image, stateBytes, packBytes, scratchBytes } = scan;
  const run = kernelFunctions(arena, module);
  const { x, dy, states, dx } = pointers;
  const mapBytes = 4 * image;
  const pool = poolFor(scan);
  const stateAt = (unit: Unit) => states + (unit.image * 4 + unit.direction) * stateBytes;
  const sizes = [TABLE_BYTES, 4 * packBytes, 4 * packBytes, packBytes, scratchBytes, 4 * PIECE];
  withScratch(arena, sizes, (table, packs, sums, dPack, scratch, piece) => {
    writeTable(arena, table);
    clearFloats(arena, dx, batch * image);
    clearFloats(arena, sums, packBytes);
    for (const k of DIRECTIONS) scan.pack(k, packs + k * packBytes, table);
    pool?.reset();
    const shared = pool && {
      x: share(arena, pool, x, batch * mapBytes),
      dy: share(arena, pool, dy, batch * mapBytes),
      packs: share(arena, pool, packs, 4 * packBytes),
      table: share(arena, pool, table, TABLE_BYTES),
      own: Array.from({ length: pool.activeWorkers }, () => ({
        dx: pool.reserve(mapBytes),
        states: pool.reserve(stateBytes),
        dPack: pool.reserve(packBytes),
        scratch: pool.reserve(scratchBytes),
      })),
    };
    const addSums = (direction: number) => run.addFloats(sums + direction * packBytes, dPack, packBytes / 4);
    runUnits(unitsOf(batch), pool, {
      here: (unit) => {
        const { image: b, direction } = unit;
        clearFloats(arena, dPack, packBytes / 4);
        const [name, ...args] = scan.backward({
          ...{ direction, scratch, table, alone: false, states: stateAt(unit), dPack },
          ...{ x: x + b * mapBytes, dy: dy + b * mapBytes, dx: dx + b * mapBytes },
          pack: packs + direction * packBytes,
        });
        run[name](...args);
        addSums(direction);
      },
      start: (threads, worker, unit) => {
        const { image: b, direction } = unit;
        const { x: from, dy: upstream, packs: sharedPacks, table: sharedTable, own } = shared!;
        const mine = own[worker]!;
        bytesOf(threads.memory, mine.states, stateBytes).set(
          bytesOf(arena.memory, stateAt(unit), stateBytes),
        );
        const [name, ...args] = scan.backward({
          ...{ direction, alone: true, table: sharedTable, ...mine },
          ...{ x: from + b * mapBytes, dy: upstream + b * mapBytes },
          pack: sharedPacks + direction * packBytes,
        });
        threads.call(worker, module, name, args);
      },
      merge: (threads, worker, { image: b, direction }) => {
        const own = shared!.own[worker]!;
        addFloats(arena, run.addFloats, threads, own.dx, dx + b * mapBytes, image, piece);
        bytesOf(arena.memory, dPack, packBytes).set(bytesOf(threads.memory, own.dPack, packBytes));
        addSums(direction);
      },
    });
    for (const k of DIRECTIONS) unpack(k, packs + k * packBytes, sums + k * packBytes, table);
  });
}

function unitsOf(batch: number): Unit[] {
  return Array.from({ length: batch }, (_, image) =>
    DIRECTIONS.map((direction) => ({ image, direction })),
  ).flat();
}

function poolFor({ batch, image }: { batch: number; image: number }): KernelPool | undefined {
  return 4 * batch * image >= THREADED_UNITS ? kernelPool() : undefined;
}
