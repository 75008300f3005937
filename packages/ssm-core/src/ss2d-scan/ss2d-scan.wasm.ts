import {
  kernelFunctions,
  kernelPool,
  type KernelModule,
  type KernelPool,
  type WasmArena,
} from '@prismamba/backend';
import * as tf from '@tensorflow/tfjs-core';
import { base64, relaxedBase64 } from '../generated/ss2d-scan.wasm.js';
import { bytesOf, runUnits } from '../simd/run-units.wasm.js';
import { TABLE_BYTES, writeTable } from '../simd/scan-table.wasm.js';
import { clear, withScratch } from '../simd/scratch.wasm.js';
import { arenaOf } from '../simd/usable.wasm.js';
import { SS2D_SCAN, SS2D_SCAN_GRADIENT } from './ss2d-scan.names.js';

type Inputs = Readonly<Record<string, tf.TensorInfo>>;

const kernelModule = {
  name: 'ss2d-scan',
  functions: [
    'packBytes',
    'scratchBytes',
    'stateBytes',
    'packDirection',
    'scanDirection',
    'scanDirectionAlone',
    'scanDirectionBackward',
    'scanDirectionBackwardAlone',
    'unpackGradients',
    'addFloats',
  ],
  base64,
  relaxedBase64,
} as const satisfies KernelModule;

const DIRECTIONS = [0, 1, 2, 3] as const;

/** Below this many tokens x channels x directions (about 4 ms) one thread is enough. */
const THREADED_UNITS = 2 ** 18;

/** Floats that are added to a map at a time. */
const PIECE = 2 ** 14;

/** One direction of one image: the unit of work of a thread. */
interface Unit {
  readonly image: number;
  readonly direction: number;
}

/** Sizes and functions that forward and backward share; `weights` points to direction k of each weight. */
function prepare(kernel: string, backend: unknown, inputs: Inputs) {
  const arena = arenaOf(kernel, backend);
  const run = kernelFunctions(arena, kernelModule);
  const [batch, height, width, D] = inputs['x']!.shape as [number, number, number, number];
  const R = inputs['dtProjsWeight']!.shape[2]!;
  const N = inputs['ALogs']!.shape[1]!;
  const P = R + 2 * N;
  const at = (name: string, floats: number) => arena.pointer(inputs[name]!) + 4 * floats;
  const weights = (k: number): [number, number, number, number, number] => [
    at('xProjWeight', k * P * D),
    at('dtProjsWeight', k * D * R),
    at('dtProjsBias', k * D),
    at('ALogs', k * D * N),
    at('Ds', k * D),
  ];
  const image = height * width * D;
  const units: Unit[] = Array.from({ length: batch }, (_, b) =>
    DIRECTIONS.map((direction) => ({ image: b, direction })),
  ).flat();
  return {
    ...{ arena, run, batch, height, width, D, R, N, P, image, weights, units },
    mapBytes: 4 * image,
    stateBytes: run.stateBytes(height * width, D, N),
    packBytes: run.packBytes(D, R, N),
    scratchBytes: run.scratchBytes(D, R, N),
    pool: units.length * image >= THREADED_UNITS ? kernelPool() : undefined,
  };
}

/** Copies bytes of the backend's memory into the pool's; the memory is reserved at the first call. */
function share(arena: WasmArena, pool: KernelPool, pointer: number, bytes: number): number {
  const to = pool.reserve(bytes);
  bytesOf(pool.memory, to, bytes).set(bytesOf(arena.memory, pointer, bytes));
  return to;
}

/** Adds a map in the pool's memory to one in the backend's, `piece` being scratch for PIECE floats. */
function addMap(
  { arena, run, image }: ReturnType<typeof prepare>,
  pool: KernelPool,
  from: number,
  to: number,
  piece: number,
): void {
  for (let at = 0; at < image; at += PIECE) {
    const count = Math.min(PIECE, image - at);
    bytesOf(arena.memory, piece, 4 * count).set(bytesOf(pool.memory, from + 4 * at, 4 * count));
    run.addFloats(to + 4 * at, piece, count);
  }
}

/** y [B, H, W, D] and, where asked, the states at the chunk starts [B, 4, floats]. */
function forward(backend: unknown, inputs: Inputs, saveStates: boolean): tf.TensorInfo[] {
  const problem = prepare(SS2D_SCAN, backend, inputs);
  const { arena, run, batch, height, width, D, R, N, weights, units, pool } = problem;
  const { mapBytes, stateBytes, packBytes, scratchBytes } = problem;
  const y = arena.makeOutput([batch, height, width, D], 'float32');
  const states = arena.makeOutput(saveStates ? [batch, 4, stateBytes / 4] : [0], 'float32');
  const sizes = [TABLE_BYTES, 4 * packBytes, scratchBytes, 4 * PIECE];
  withScratch(arena, sizes, (table, packs, scratch, piece) => {
    writeTable(arena, table);
    const output = arena.pointer(y);
    clear(arena, output, batch * problem.image);
    const x = arena.pointer(inputs['x']!);
    const packAt = (k: number) => packs + k * packBytes;
    const stateAt = ({ image, direction }: Unit) =>
      arena.pointer(states) + (image * 4 + direction) * stateBytes;
    for (const k of DIRECTIONS) run.packDirection(...weights(k), D, R, N, packAt(k), table);
    pool?.reset();
    const shared = pool && {
      x: share(arena, pool, x, batch * mapBytes),
      packs: share(arena, pool, packs, 4 * packBytes),
      table: share(arena, pool, table, TABLE_BYTES),
      own: Array.from({ length: pool.readyWorkers }, () => ({
        y: pool.reserve(mapBytes),
        states: saveStates ? pool.reserve(stateBytes) : 0,
        scratch: pool.reserve(scratchBytes),
      })),
    };
    runUnits(units, pool, {
      here: (unit) => {
        const { image, direction } = unit;
        run.scanDirection(
          ...[x + image * mapBytes, packAt(direction), output + image * mapBytes],
          ...[saveStates ? stateAt(unit) : 0, direction, height, width, D, R, N, scratch, table],
        );
      },
      start: (threads, worker, { image, direction }) => {
        const own = shared!.own[worker]!;
        threads.call(worker, kernelModule, 'scanDirectionAlone', [
          ...[shared!.x + image * mapBytes, shared!.packs + direction * packBytes, own.y, own.states],
          ...[direction, height, width, D, R, N, own.scratch, shared!.table],
        ]);
      },
      merge: (threads, worker, unit) => {
        const own = shared!.own[worker]!;
        addMap(problem, threads, own.y, output + unit.image * mapBytes, piece);
        if (saveStates) {
          const kept = bytesOf(threads.memory, own.states, stateBytes);
          bytesOf(arena.memory, stateAt(unit), stateBytes).set(kept);
        }
      },
    });
  });
  return [y, states];
}

/** Gradients in the order of the inputs. */
function backward(backend: unknown, inputs: Inputs): tf.TensorInfo[] {
  const problem = prepare(SS2D_SCAN_GRADIENT, backend, inputs);
  const { arena, run, batch, height, width, D, R, N, P, weights, units, pool } = problem;
  const { mapBytes, stateBytes, packBytes, scratchBytes } = problem;
  const outputs = [[batch, height, width, D], [4, P, D], [4, D, R], [4, D], [4 * D, N], [4 * D]].map(
    (shape) => arena.makeOutput(shape, 'float32'),
  );
  const sizes = [TABLE_BYTES, 4 * packBytes, 4 * packBytes, packBytes, scratchBytes, 4 * PIECE];
  withScratch(arena, sizes, (table, packs, sums, dPack, scratch, piece) => {
    writeTable(arena, table);
    const at = (i: number, floats: number) => arena.pointer(outputs[i]!) + 4 * floats;
    clear(arena, at(0, 0), batch * problem.image);
    clear(arena, sums, packBytes);
    const x = arena.pointer(inputs['x']!);
    const dy = arena.pointer(inputs['dy']!);
    const states = arena.pointer(inputs['states']!);
    const stateAt = ({ image, direction }: Unit) => states + (image * 4 + direction) * stateBytes;
    const packAt = (k: number) => packs + k * packBytes;
    for (const k of DIRECTIONS) run.packDirection(...weights(k), D, R, N, packAt(k), table);
    pool?.reset();
    const shared = pool && {
      x: share(arena, pool, x, batch * mapBytes),
      dy: share(arena, pool, dy, batch * mapBytes),
      packs: share(arena, pool, packs, 4 * packBytes),
      table: share(arena, pool, table, TABLE_BYTES),
      own: Array.from({ length: pool.readyWorkers }, () => ({
        dx: pool.reserve(mapBytes),
        states: pool.reserve(stateBytes),
        dPack: pool.reserve(packBytes),
        scratch: pool.reserve(scratchBytes),
      })),
    };
    const addSums = (direction: number) => run.addFloats(sums + direction * packBytes, dPack, packBytes / 4);
    runUnits(units, pool, {
      here: (unit) => {
        const { image, direction } = unit;
        const offset = image * mapBytes;
        clear(arena, dPack, packBytes / 4);
        run.scanDirectionBackward(
          ...[x + offset, packAt(direction), dy + offset, stateAt(unit), at(0, 0) + offset, dPack],
          ...[direction, height, width, D, R, N, scratch, table],
        );
        addSums(direction);
      },
      start: (threads, worker, unit) => {
        const { image, direction } = unit;
        const own = shared!.own[worker]!;
        bytesOf(threads.memory, own.states, stateBytes).set(bytesOf(arena.memory, stateAt(unit), stateBytes));
        threads.call(worker, kernelModule, 'scanDirectionBackwardAlone', [
          ...[shared!.x + image * mapBytes, shared!.packs + direction * packBytes],
          ...[shared!.dy + image * mapBytes, own.states, own.dx, own.dPack],
          ...[direction, height, width, D, R, N, own.scratch, shared!.table],
        ]);
      },
      merge: (threads, worker, { image, direction }) => {
        const own = shared!.own[worker]!;
        addMap(problem, threads, own.dx, at(0, 0) + image * mapBytes, piece);
        bytesOf(arena.memory, dPack, packBytes).set(bytesOf(threads.memory, own.dPack, packBytes));
        addSums(direction);
      },
    });
    for (const k of DIRECTIONS) {
      run.unpackGradients(
        ...[packAt(k), sums + k * packBytes, D, R, N, at(1, k * P * D), at(2, k * D * R), at(3, k * D)],
        ...[at(4, k * D * N), at(5, k * D), table],
      );
    }
  });
  return outputs;
}

tf.registerKernel({
  kernelName: SS2D_SCAN,
  backendName: 'wasm',
  kernelFunc: ({ backend, inputs, attrs }) =>
    forward(backend, inputs as Inputs, (attrs as { saveStates?: boolean }).saveStates === true),
});
tf.registerKernel({
  kernelName: SS2D_SCAN_GRADIENT,
  backendName: 'wasm',
  kernelFunc: ({ backend, inputs }) => backward(backend, inputs as Inputs),
});
