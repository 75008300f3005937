import {
  clearFloats,
  cutRanges,
  runWork,
  scratchPerThread,
  withScratch,
  workThreads,
  type KernelModule,
  type KernelWork,
  type WasmArena,
} from '@prismamba/backend';
import { meet, type Stretch } from './meeting.js';
import { TABLE_BYTES, writeTable } from './scan-table.wasm.js';
import { addSums } from './sums.wasm.js';

/** Row-major, column-major, and both reversed. */
export const DIRECTIONS = [0, 1, 2, 3] as const;

/** Below this many tokens x channels x directions (a few ms) one thread is enough. */
const THREADED_UNITS = 2 ** 18;

/** A scan over the four directions of [B, H, W, D] maps: its kernel and sizes. */
export interface DirectionScan<Names extends string> {
  readonly module: KernelModule<Names | 'addInOrder'>;
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
  /** Kernel over chunks of a direction: (x, pack, y, states, carry, direction, first, end, write, ...sizes, scratch, table). */
  readonly forward: Names;
  /** (x, pack, dy, states, carry, dx, dPack, direction, first, end, write, ...sizes, scratch, table) */
  readonly backward: Names;
  readonly sizes: readonly number[];
}

/** Where the scan of one image adds to: the map, or a map of a direction's own which is only written. */
interface Target {
  readonly map: number;
  readonly write: boolean;
}

/** Arguments of the kernel for a stretch of an image that change from call to call. */
type ItemOf = (image: number, stretch: Stretch, target: Target) => number[];

/**
 * The scans of all images in an order of sums that does not depend on threads: at every pixel both row directions, then
 * both column directions, each pair in the order in which `meet` brings them there. With at least four threads an image
 * the column directions run beside the row directions into maps of their own, and are added in the same order.
 */
function runDirections<Names extends string>(
  scan: DirectionScan<Names>,
  work: Omit<KernelWork<Names>, 'items'>,
  item: ItemOf,
  {
    map,
    threads,
    backwards,
  }: { readonly map: number; readonly threads: number; readonly backwards: boolean },
): void {
  const { arena, batch, shape, module } = scan;
  const [height, width, channels] = shape;
  const floats = height * width * channels;
  const images = Array.from({ length: batch }, (_, image) => image);
  const rows = meet(height * width, [0, 2], backwards);
  const columns = meet(height * width, [1, 3], backwards);
  const mapOf = (image: number) => map + 4 * floats * image;
  const stage = (stretches: readonly Stretch[], write: boolean): number[][] =>
    images.flatMap((image) => stretches.map((stretch) => item(image, stretch, { map: mapOf(image), write })));
  const run = (items: readonly number[][]) => {
    if (items.length > 0) runWork(arena, threads, { ...work, items });
  };
  for (const image of images) {
    clearFloats(arena, mapOf(image) + 4 * channels * rows.gap[0], channels * (rows.gap[1] - rows.gap[0]));
  }
  if (threads < 4 * batch) {
    run(stage(rows.outward, true));
    for (const next of [rows.middle, rows.inward, columns.outward, columns.middle, columns.inward]) {
      run(stage(next, false));
    }
    return;
  }
  withScratch(arena, [8 * floats * batch], (own) => {
    const ownMap = (image: number, direction: number) =>
      own + 4 * floats * (2 * image + Number(direction === 3));
    const beside = (stretches: readonly Stretch[]) =>
      images.flatMap((image) =>
        stretches.map((stretch) =>
          item(image, stretch, { map: ownMap(image, stretch.direction), write: true }),
        ),
      );
    run([...stage(rows.outward, true), ...beside(columns.outward)]);
    run([...stage(rows.middle, false), ...beside(columns.middle)]);
    run([...stage(rows.inward, false), ...beside(columns.inward)]);
    const parts = cutRanges(height, Math.max(1, Math.ceil(height / threads)));
    runWork(arena, threads, {
      ...{ module, name: 'addInOrder', varying: [0, 1, 2, 3, 4] },
      args: () => [0, 0, 0, 0, 0, height, width, channels, columns.bound],
      items: images.flatMap((image) =>
        parts.map((part) => [mapOf(image), ...columns.below.map((k) => ownMap(image, k)), ...part]),
      ),
    });
  });
}

function threadsFor<Names extends string>({ arena, batch, shape }: DirectionScan<Names>): number {
  const units = 4 * batch * shape.reduce((product, length) => product * length, 1);
  return units >= THREADED_UNITS ? workThreads(arena, 4 * batch) : 1;
}

const upTo = (count: number): number[] => Array.from({ length: count }, (_, i) => i);

/** The sum of the four directions of every image into y. `states`: [B, 4, floats], or 0. */
export function runForward<Names extends string>(
  scan: DirectionScan<Names>,
  pointers: { readonly x: number; readonly y: number; readonly states: number },
): void {
  const { arena, batch, shape, stateBytes, carryBytes, packBytes } = scan;
  const { x, y, states } = pointers;
  const imageBytes = 4 * shape.reduce((product, length) => product * length, 1);
  const threads = threadsFor(scan);
  const own = scratchPerThread(scan.scratchBytes, threads);
  const sizes = [TABLE_BYTES, 4 * packBytes, 4 * batch * carryBytes, own.bytes];
  withScratch(arena, sizes, (table, packs, carries, scratch) => {
    writeTable(arena, table);
    for (const k of DIRECTIONS) scan.pack(k, packs + k * packBytes, table);
    runDirections(
      scan,
      {
        ...{ module: scan.module, name: scan.forward, varying: upTo(9) },
        args: (thread) => [...upTo(9), ...scan.sizes, own.of(scratch, thread), table],
      },
      (image, { direction, first, end }, { map, write }) => {
        const unit = 4 * image + direction;
        return [
          ...[x + image * imageBytes, packs + direction * packBytes, map],
          ...[states === 0 ? 0 : states + unit * stateBytes, carries + unit * carryBytes],
          ...[direction, first, end, Number(write)],
        ];
      },
      { map: y, threads, backwards: false },
    );
  });
}

/**
 * The sum of the gradients of the four directions of every image into dx; hands the summed gradients of the packed
 * parameters of each direction to `unpack`.
 */
export function runBackward<Names extends string>(
  scan: DirectionScan<Names>,
  pointers: { readonly x: number; readonly dy: number; readonly states: number; readonly dx: number },
  unpack: (direction: number, pack: number, dPack: number, table: number) => void,
): void {
  const { arena, batch, shape, stateBytes, carryBytes, packBytes } = scan;
  const { x, dy, states, dx } = pointers;
  const imageBytes = 4 * shape.reduce((product, length) => product * length, 1);
  const threads = threadsFor(scan);
  const own = scratchPerThread(scan.scratchBytes, threads);
  const sizes = [TABLE_BYTES, 4 * packBytes, 4 * batch * packBytes, 4 * batch * carryBytes, own.bytes];
  withScratch(arena, sizes, (table, packs, sums, carries, scratch) => {
    writeTable(arena, table);
    clearFloats(arena, sums, batch * packBytes);
    for (const k of DIRECTIONS) scan.pack(k, packs + k * packBytes, table);
    runDirections(
      scan,
      {
        ...{ module: scan.module, name: scan.backward, varying: upTo(11) },
        args: (thread) => [...upTo(11), ...scan.sizes, own.of(scratch, thread), table],
      },
      (image, { direction, first, end }, { map, write }) => {
        const unit = 4 * image + direction;
        return [
          ...[x + image * imageBytes, packs + direction * packBytes, dy + image * imageBytes],
          ...[states + unit * stateBytes, carries + unit * carryBytes, map, sums + unit * packBytes],
          ...[direction, first, end, Number(write)],
        ];
      },
      { map: dx, threads, backwards: true },
    );
    for (const k of DIRECTIONS) {
      const total = sums + k * packBytes;
      for (let image = 1; image < batch; image++)
        addSums(arena, total, total + 4 * image * packBytes, packBytes);
      unpack(k, packs + k * packBytes, total, table);
    }
  });
}
