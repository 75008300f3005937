import {
  clearFloats,
  cutRanges,
  runWork,
  scratchPerThread,
  withScratch,
  workThreads,
  type KernelModule,
  type WasmArena,
} from '@prismamba/backend/arena';
import type { TensorInfo } from '@tensorflow/tfjs-core';
import { meet, type Stretch } from './meeting.js';
import { TABLE_BYTES, writeTable } from './scan-table.wasm.js';
import { addSums } from './sums.wasm.js';
import { outputLike, pointerOf } from './tensors.wasm.js';

/** Row-major, column-major, and both reversed. */
export const DIRECTIONS = [0, 1, 2, 3] as const;

/** Below this many tokens x channels x directions (a few ms) one thread is enough. */
const THREADED_UNITS = 2 ** 18;

/** What a call of the forward kernel has for itself: chunks [first, end) of one direction of an image. */
export type ForwardItem = Readonly<
  Record<'x' | 'pack' | 'y' | 'states' | 'carry' | 'direction' | 'first' | 'end', number>
> & { readonly write: boolean };

/** The same of the backward kernel. */
export type BackwardItem = Readonly<
  Record<'x' | 'pack' | 'dy' | 'states' | 'carry' | 'dx' | 'dPack' | 'direction' | 'first' | 'end', number>
> & { readonly write: boolean };

/** What a call of `addInOrder` has for itself: rows [first, end) of a map and the two maps that are added to it. */
export type AddItem = Readonly<Record<'y' | 'a' | 'b' | 'first' | 'end', number>>;

/** How items are computed: on how many threads, with what memory. */
export interface ItemWork {
  readonly threads: number;
  readonly scratch: (thread: number) => number;
  readonly table: number;
}

/** A scan over the four directions of [B, H, W, D] maps: its sizes, and what runs its kernel. */
export interface DirectionScan {
  readonly arena: WasmArena;
  readonly batch: number;
  /** H, W and D. */
  readonly shape: readonly [height: number, width: number, channels: number];
  /** Bytes of one direction: its stored states, state, packed parameters and scratch. */
  readonly stateBytes: number;
  readonly carryBytes: number;
  readonly packBytes: number;
  readonly scratchBytes: number;
  /** Packs the parameters of a direction. */
  readonly pack: (direction: number, pack: number, table: number) => void;
  readonly forward: (items: readonly ForwardItem[], work: ItemWork) => void;
  readonly backward: (items: readonly BackwardItem[], work: ItemWork) => void;
  readonly addInOrder: (
    items: readonly AddItem[],
    shared: Readonly<Record<'height' | 'width' | 'D' | 'bound', number>>,
    threads: number,
  ) => void;
}

/** Where the scan of one image adds to: the map, or a map of a direction's own which is only written. */
interface Target {
  readonly map: number;
  readonly write: boolean;
}

/**
 * The scans of all images in an order of sums that does not depend on threads: at every pixel both row directions, then
 * both column directions, each pair in the order in which `meet` brings them there. With at least four threads an image
 * the column directions run beside the row directions into maps of their own, and are added in the same order.
 */
function runDirections<Item>(
  scan: DirectionScan,
  {
    map,
    threads,
    backwards,
  }: { readonly map: number; readonly threads: number; readonly backwards: boolean },
  itemOf: (image: number, stretch: Stretch, target: Target) => Item,
  compute: (items: readonly Item[]) => void,
): void {
  const { arena, batch, shape } = scan;
  const [height, width, channels] = shape;
  const floats = height * width * channels;
  const images = Array.from({ length: batch }, (_, image) => image);
  const rows = meet(height * width, [0, 2], backwards);
  const columns = meet(height * width, [1, 3], backwards);
  const mapOf = (image: number) => map + 4 * floats * image;
  const stage = (stretches: readonly Stretch[], write: boolean): Item[] =>
    images.flatMap((image) =>
      stretches.map((stretch) => itemOf(image, stretch, { map: mapOf(image), write })),
    );
  for (const image of images) {
    clearFloats(arena, mapOf(image) + 4 * channels * rows.gap[0], channels * (rows.gap[1] - rows.gap[0]));
  }
  if (threads < 4 * batch) {
    compute(stage(rows.outward, true));
    for (const next of [rows.middle, rows.inward, columns.outward, columns.middle, columns.inward]) {
      compute(stage(next, false));
    }
    return;
  }
  withScratch(arena, [8 * floats * batch], (own) => {
    const ownMap = (image: number, direction: number) =>
      own + 4 * floats * (2 * image + Number(direction === 3));
    const beside = (stretches: readonly Stretch[]) =>
      images.flatMap((image) =>
        stretches.map((stretch) =>
          itemOf(image, stretch, { map: ownMap(image, stretch.direction), write: true }),
        ),
      );
    compute([...stage(rows.outward, true), ...beside(columns.outward)]);
    compute([...stage(rows.middle, false), ...beside(columns.middle)]);
    compute([...stage(rows.inward, false), ...beside(columns.inward)]);
    const parts = cutRanges(height, Math.max(1, Math.ceil(height / threads)));
    const items = images.flatMap((image) => {
      const [a, b] = columns.below;
      const maps = { y: mapOf(image), a: ownMap(image, a), b: ownMap(image, b) };
      return parts.map((part) => ({ ...maps, ...part }));
    });
    scan.addInOrder(items, { height, width, D: channels, bound: columns.bound }, threads);
  });
}

function threadsFor({ arena, batch, shape }: DirectionScan): number {
  const units = 4 * batch * shape.reduce((product, length) => product * length, 1);
  return units >= THREADED_UNITS ? workThreads(arena, 4 * batch) : 1;
}

/** The sum of the four directions of every image into y. `states`: [B, 4, floats], or 0. */
export function runForward(
  scan: DirectionScan,
  { x, y, states }: Readonly<Record<'x' | 'y' | 'states', number>>,
): void {
  const { arena, batch, shape, stateBytes, carryBytes, packBytes } = scan;
  const imageBytes = 4 * shape.reduce((product, length) => product * length, 1);
  const threads = threadsFor(scan);
  const own = scratchPerThread(scan.scratchBytes, threads);
  const sizes = [TABLE_BYTES, 4 * packBytes, 4 * batch * carryBytes, own.bytes];
  withScratch(arena, sizes, (table, packs, carries, scratch) => {
    writeTable(arena, table);
    for (const k of DIRECTIONS) scan.pack(k, packs + k * packBytes, table);
    const work = { threads, scratch: (thread: number) => own.of(scratch, thread), table };
    runDirections(
      scan,
      { map: y, threads, backwards: false },
      (image, { direction, first, end }, { map, write }): ForwardItem => {
        const unit = 4 * image + direction;
        return {
          x: x + image * imageBytes,
          pack: packs + direction * packBytes,
          y: map,
          states: states === 0 ? 0 : states + unit * stateBytes,
          carry: carries + unit * carryBytes,
          direction,
          first,
          end,
          write,
        };
      },
      (items) => scan.forward(items, work),
    );
  });
}

/**
 * The sum of the gradients of the four directions of every image into dx; hands the summed gradients of the packed
 * parameters of each direction to `unpack`.
 */
export function runBackward(
  scan: DirectionScan,
  { x, dy, states, dx }: Readonly<Record<'x' | 'dy' | 'states' | 'dx', number>>,
  unpack: (direction: number, pointers: Readonly<Record<'pack' | 'dPack' | 'table', number>>) => void,
): void {
  const { arena, batch, shape, stateBytes, carryBytes, packBytes } = scan;
  const imageBytes = 4 * shape.reduce((product, length) => product * length, 1);
  const threads = threadsFor(scan);
  const own = scratchPerThread(scan.scratchBytes, threads);
  const sizes = [TABLE_BYTES, 4 * packBytes, 4 * batch * packBytes, 4 * batch * carryBytes, own.bytes];
  withScratch(arena, sizes, (table, packs, sums, carries, scratch) => {
    writeTable(arena, table);
    clearFloats(arena, sums, batch * packBytes);
    for (const k of DIRECTIONS) scan.pack(k, packs + k * packBytes, table);
    const work = { threads, scratch: (thread: number) => own.of(scratch, thread), table };
    runDirections(
      scan,
      { map: dx, threads, backwards: true },
      (image, { direction, first, end }, { map, write }): BackwardItem => {
        const unit = 4 * image + direction;
        return {
          x: x + image * imageBytes,
          pack: packs + direction * packBytes,
          dy: dy + image * imageBytes,
          states: states + unit * stateBytes,
          carry: carries + unit * carryBytes,
          dx: map,
          dPack: sums + unit * packBytes,
          direction,
          first,
          end,
          write,
        };
      },
      (items) => scan.backward(items, work),
    );
    for (const k of DIRECTIONS) {
      const total = sums + k * packBytes;
      for (let image = 1; image < batch; image++)
        addSums(arena, total, total + 4 * image * packBytes, packBytes);
      unpack(k, { pack: packs + k * packBytes, dPack: total, table });
    }
  });
}

/** What runs the kernels of a module on the four directions, and adds their maps. */
export function directionKernels(
  arena: WasmArena,
  module: KernelModule,
  names: Readonly<Record<'forward' | 'backward', string>>,
  sizes: Readonly<Record<string, number>>,
): Pick<DirectionScan, 'forward' | 'backward' | 'addInOrder'> {
  const scanWith =
    (name: string) =>
    (items: readonly (ForwardItem | BackwardItem)[], { threads, scratch, table }: ItemWork) =>
      runWork(arena, threads, {
        module,
        name,
        // The module that is given has these names; its type says so of one module only.
        items: items as never,
        args: (thread) => ({ ...sizes, scratch: scratch(thread), table }),
      });
  return {
    forward: scanWith(names.forward),
    backward: scanWith(names.backward),
    addInOrder: (items, shared, threads) =>
      runWork(arena, threads, { module, name: 'addInOrder', items: items, args: () => shared }),
  };
}

/** The forward kernel of a scan over the four directions: y, and where a gradient may follow the states at the chunks' starts. */
export function scanMap(
  scan: DirectionScan,
  x: TensorInfo,
  recording: boolean,
): { y: TensorInfo; states?: TensorInfo } {
  const { arena, batch, stateBytes } = scan;
  const y = outputLike(arena, x);
  const states = recording ? arena.makeOutput([batch, 4, stateBytes / 4], 'float32') : undefined;
  runForward(scan, { x: arena.pointer(x), y: arena.pointer(y), states: pointerOf(arena, states) });
  return states === undefined ? { y } : { y, states };
}
