import {
  arenaOf,
  clearFloats,
  kernelFunctions,
  kernelPool,
  withScratch,
  type KernelModule,
  type KernelPool,
  type WasmArena,
} from '@prismamba/backend';
import * as tf from '@tensorflow/tfjs-core';
import { base64, relaxedBase64 } from '../generated/selective-scan.wasm.js';
import { addFloats, bytesOf, PIECE, runUnits, share } from '../simd/run-units.wasm.js';
import { TABLE_BYTES, writeTable } from '../simd/scan-table.wasm.js';
import {
  SELECTIVE_SCAN,
  SELECTIVE_SCAN_GRADIENT,
  SELECTIVE_SCAN_INPUTS,
  type SelectiveScanAttributes,
  type SelectiveScanInput,
} from './selective-scan.gradient.js';

const module = {
  name: 'selective-scan',
  functions: [
    'blockCount',
    'packBytes',
    'scratchBytes',
    'stateBytes',
    'packParameters',
    'addParameterGradients',
    'forward',
    'backward',
    'addFloats',
  ],
  base64,
  relaxedBase64,
} as const satisfies KernelModule;

type Inputs = Readonly<Record<SelectiveScanInput, tf.TensorInfo>>;
type GradientInputs = Inputs & Readonly<Record<'states' | 'dy' | 'dLastState', tf.TensorInfo>>;

/** Tokens between stored states, as in the kernel. */
const CHUNK = 64;

/** A range of the work: batch items and blocks of channels. The cut depends on the shape only. */
interface Task {
  readonly item: number;
  readonly itemEnd: number;
  readonly block: number;
  readonly blockEnd: number;
}

/** At most this many parts along the batch and along the channels. */
const PARTS = 8;

/** Blocks of 4 channels below which a part reads B and C too often for what it computes. */
const SMALLEST_PART = 8;

/** Below this many tokens x channels (a few ms) one thread is enough. */
const THREADED_UNITS = 2 ** 18;

function cut(count: number, smallest: number): [number, number][] {
  const parts = Math.max(1, Math.min(PARTS, Math.floor(count / smallest)));
  const size = Math.ceil(count / parts);
  const ranges: [number, number][] = [];
  for (let from = 0; from < count; from += size) ranges.push([from, Math.min(count, from + size)]);
  return ranges;
}

/** The kernel, its sizes (bytes) and how the work is cut. */
function problem(kernel: string, backend: unknown, inputs: Inputs) {
  const arena = arenaOf(kernel, backend);
  const run = kernelFunctions(arena, module);
  const [batch, D, L] = inputs.u.shape as [number, number, number];
  const N = inputs.A.shape[1]!;
  const G = inputs.B.shape[1]!;
  const blocks = run.blockCount(D, G);
  const tasks: Task[] = cut(batch, 1).flatMap(([item, itemEnd]) =>
    cut(blocks, SMALLEST_PART).map(([block, blockEnd]) => ({ item, itemEnd, block, blockEnd })),
  );
  const perGroup = blocks / G;
  return {
    ...{ arena, run, D, L, N, G, blocks, tasks },
    /** Bytes of one batch item. */
    item: {
      sequence: 4 * D * L,
      matrix: 4 * G * N * L,
      state: 4 * D * N,
      states: run.stateBytes(L, D, G, N),
    },
    chunks: Math.floor((L - 1) / CHUNK),
    items: Math.max(...tasks.map((task) => task.itemEnd - task.item)),
    /** The first channel of a block; D for the end of the last one. */
    channelOf: (block: number) => Math.floor(block / perGroup) * (D / G) + (block % perGroup) * 4,
    packBytes: run.packBytes(D, G, N),
    scratchBytes: run.scratchBytes(D, G, N),
    pool: tasks.length > 1 && batch * D * L >= THREADED_UNITS ? kernelPool() : undefined,
    outputs: {
      ...{ y: [batch, D, L], last: [batch, D, N] },
      states: [batch, run.stateBytes(L, D, G, N) / 4],
    },
  };
}
type Problem = ReturnType<typeof problem>;

/** Pointer of a tensor, 0 for an empty one. */
function pointerOrNull(arena: WasmArena, info: tf.TensorInfo): number {
  return info.shape.includes(0) ? 0 : arena.pointer(info);
}

/** Copies a task's batch items into a thread's buffer. */
function send(
  pool: KernelPool,
  { arena }: Problem,
  task: Task,
  from: number,
  itemBytes: number,
  to: number,
): void {
  const bytes = (task.itemEnd - task.item) * itemBytes;
  bytesOf(pool.memory, to, bytes).set(bytesOf(arena.memory, from + task.item * itemBytes, bytes));
}

/** Copies the rows of a task's channels, `rowBytes` each, out of a thread's buffer of its batch items. */
function fetchRows(
  pool: KernelPool,
  p: Problem,
  task: Task,
  from: number,
  rowBytes: number,
  to: number,
): void {
  const begin = p.channelOf(task.block) * rowBytes;
  const bytes = p.channelOf(task.blockEnd) * rowBytes - begin;
  for (let item = task.item; item < task.itemEnd; item++) {
    const source = from + (item - task.item) * p.D * rowBytes + begin;
    bytesOf(p.arena.memory, to + item * p.D * rowBytes + begin, bytes).set(
      bytesOf(pool.memory, source, bytes),
    );
  }
}

/** Copies the states of a task's blocks between the whole of them and a thread's buffer of its batch items. */
function copyStates(
  p: Problem,
  task: Task,
  whole: WebAssembly.Memory,
  at: number,
  own: WebAssembly.Memory,
  ownAt: number,
  fetch: boolean,
): void {
  const block = p.item.states / p.chunks / p.blocks;
  const bytes = (task.blockEnd - task.block) * block;
  for (let item = task.item; item < task.itemEnd; item++) {
    for (let chunk = 0; chunk < p.chunks; chunk++) {
      const offset = (chunk * p.blocks + task.block) * block;
      const mine = bytesOf(own, ownAt + (item - task.item) * p.item.states + offset, bytes);
      const all = bytesOf(whole, at + item * p.item.states + offset, bytes);
      if (fetch) all.set(mine);
      else mine.set(all);
    }
  }
}

const rangeOf = ({ item, itemEnd, block, blockEnd }: Task): number[] => [item, itemEnd, block, blockEnd];

function forward(inputs: Inputs, backend: unknown, attributes: SelectiveScanAttributes): tf.TensorInfo[] {
  const p = problem(SELECTIVE_SCAN, backend, inputs);
  const { arena, run, D, L, N, G, tasks, item, items, pool } = p;
  const { deltaSoftplus, reverse, withLastState, saveStates } = attributes;
  const y = arena.makeOutput(p.outputs.y, 'float32');
  const last = arena.makeOutput(withLastState ? p.outputs.last : [0], 'float32');
  const states = arena.makeOutput(saveStates ? p.outputs.states : [0], 'float32');
  const flags = [L, D, G, N, Number(deltaSoftplus), Number(reverse)];
  withScratch(arena, [TABLE_BYTES, p.packBytes, p.scratchBytes], (table, pack, scratch) => {
    writeTable(arena, table);
    const at = (name: SelectiveScanInput): number => arena.pointer(inputs[name]);
    const initial = pointerOrNull(arena, inputs.initialState);
    const [toLast, toStates] = [pointerOrNull(arena, last), pointerOrNull(arena, states)];
    run.packParameters(at('A'), at('deltaBias'), at('D'), D, G, N, pack, table);
    pool?.reset();
    const shared = pool && {
      pack: share(arena, pool, pack, p.packBytes),
      table: share(arena, pool, table, TABLE_BYTES),
      own: Array.from({ length: pool.activeWorkers }, () => ({
        u: pool.reserve(items * item.sequence),
        delta: pool.reserve(items * item.sequence),
        B: pool.reserve(items * item.matrix),
        C: pool.reserve(items * item.matrix),
        y: pool.reserve(items * item.sequence),
        initial: initial === 0 ? 0 : pool.reserve(items * item.state),
        last: toLast === 0 ? 0 : pool.reserve(items * item.state),
        states: toStates === 0 ? 0 : pool.reserve(items * item.states),
        scratch: pool.reserve(p.scratchBytes),
      })),
    };
    runUnits(tasks, pool, {
      here: (task) => {
        run.forward(
          ...[at('u'), at('delta'), at('B'), at('C'), initial, pack, arena.pointer(y), toLast, toStates],
          ...[...rangeOf(task), ...flags, scratch, table],
        );
      },
      start: (threads, worker, task) => {
        const own = shared!.own[worker]!;
        send(threads, p, task, at('u'), item.sequence, own.u);
        send(threads, p, task, at('delta'), item.sequence, own.delta);
        send(threads, p, task, at('B'), item.matrix, own.B);
        send(threads, p, task, at('C'), item.matrix, own.C);
        if (initial !== 0) send(threads, p, task, initial, item.state, own.initial);
        threads.call(worker, module, 'forward', [
          ...[own.u, own.delta, own.B, own.C, own.initial, shared!.pack, own.y, own.last, own.states],
          ...[0, task.itemEnd - task.item, task.block, task.blockEnd, ...flags, own.scratch, shared!.table],
        ]);
      },
      merge: (threads, worker, task) => {
        const own = shared!.own[worker]!;
        fetchRows(threads, p, task, own.y, 4 * L, arena.pointer(y));
        if (toLast !== 0) fetchRows(threads, p, task, own.last, 4 * N, toLast);
        if (toStates !== 0) copyStates(p, task, arena.memory, toStates, threads.memory, own.states, true);
      },
    });
  });
  return [y, last, states];
}

function backward(
  inputs: GradientInputs,
  backend: unknown,
  { deltaSoftplus, reverse }: SelectiveScanAttributes,
): tf.TensorInfo[] {
  const p = problem(SELECTIVE_SCAN_GRADIENT, backend, inputs);
  const { arena, run, D, L, N, G, tasks, item, items, pool, packBytes } = p;
  const summed: readonly SelectiveScanInput[] = ['A', 'B', 'C', 'D', 'deltaBias'];
  const out = Object.fromEntries(
    SELECTIVE_SCAN_INPUTS.map((name) => [name, arena.makeOutput(inputs[name].shape, 'float32')]),
  ) as unknown as Inputs;
  const flags = [L, D, G, N, Number(deltaSoftplus), Number(reverse)];
  const sizes = [TABLE_BYTES, packBytes, packBytes, p.scratchBytes, 4 * PIECE];
  withScratch(arena, sizes, (table, pack, dPack, scratch, piece) => {
    writeTable(arena, table);
    const at = (name: keyof GradientInputs): number => pointerOrNull(arena, inputs[name]);
    const to = (name: SelectiveScanInput): number => pointerOrNull(arena, out[name]);
    for (const name of summed)
      clearFloats(
        arena,
        to(name),
        inputs[name].shape.reduce((a, b) => a * b, 1),
      );
    run.packParameters(at('A'), at('deltaBias'), at('D'), D, G, N, pack, table);
    const addParameters = () => run.addParameterGradients(dPack, to('A'), to('deltaBias'), to('D'), D, G, N);
    pool?.reset();
    const shared = pool && {
      pack: share(arena, pool, pack, packBytes),
      table: share(arena, pool, table, TABLE_BYTES),
      own: Array.from({ length: pool.activeWorkers }, () => ({
        u: pool.reserve(items * item.sequence),
        delta: pool.reserve(items * item.sequence),
        dy: pool.reserve(items * item.sequence),
        du: pool.reserve(items * item.sequence),
        ddelta: pool.reserve(items * item.sequence),
        B: pool.reserve(items * item.matrix),
        C: pool.reserve(items * item.matrix),
        dB: pool.reserve(items * item.matrix),
        dC: pool.reserve(items * item.matrix),
        initial: at('initialState') === 0 ? 0 : pool.reserve(items * item.state),
        dInitial: at('initialState') === 0 ? 0 : pool.reserve(items * item.state),
        dLast: at('dLastState') === 0 ? 0 : pool.reserve(items * item.state),
        states: pool.reserve(items * item.states),
        dPack: pool.reserve(packBytes),
        scratch: pool.reserve(p.scratchBytes),
      })),
    };
    runUnits(tasks, pool, {
      here: (task) => {
        clearFloats(arena, dPack, packBytes / 4);
        run.backward(
          ...[at('u'), at('delta'), at('B'), at('C'), at('initialState'), pack, at('states'), at('dy')],
          ...[at('dLastState'), to('u'), to('delta'), to('B'), to('C'), to('initialState'), dPack],
          ...[...rangeOf(task), ...flags, scratch, table],
        );
        addParameters();
      },
      start: (threads, worker, task) => {
        const own = shared!.own[worker]!;
        const count = task.itemEnd - task.item;
        send(threads, p, task, at('u'), item.sequence, own.u);
        send(threads, p, task, at('delta'), item.sequence, own.delta);
        send(threads, p, task, at('dy'), item.sequence, own.dy);
        send(threads, p, task, at('B'), item.matrix, own.B);
        send(threads, p, task, at('C'), item.matrix, own.C);
        if (own.initial !== 0) send(threads, p, task, at('initialState'), item.state, own.initial);
        if (own.dLast !== 0) send(threads, p, task, at('dLastState'), item.state, own.dLast);
        if (p.chunks > 0) {
          copyStates(p, task, arena.memory, at('states'), threads.memory, own.states, false);
        }
        for (const [pointer, bytes] of [
          [own.dB, count * item.matrix],
          [own.dC, count * item.matrix],
          [own.dPack, packBytes],
        ] as const) {
          bytesOf(threads.memory, pointer, bytes).fill(0);
        }
        threads.call(worker, module, 'backward', [
          ...[own.u, own.delta, own.B, own.C, own.initial, shared!.pack, own.states, own.dy, own.dLast],
          ...[own.du, own.ddelta, own.dB, own.dC, own.dInitial, own.dPack],
          ...[0, count, task.block, task.blockEnd, ...flags, own.scratch, shared!.table],
        ]);
      },
      merge: (threads, worker, task) => {
        const own = shared!.own[worker]!;
        fetchRows(threads, p, task, own.du, 4 * L, to('u'));
        fetchRows(threads, p, task, own.ddelta, 4 * L, to('delta'));
        if (own.initial !== 0) fetchRows(threads, p, task, own.dInitial, 4 * N, to('initialState'));
        const floats = ((task.itemEnd - task.item) * item.matrix) / 4;
        addFloats(arena, run.addFloats, threads, own.dB, to('B') + task.item * item.matrix, floats, piece);
        addFloats(arena, run.addFloats, threads, own.dC, to('C') + task.item * item.matrix, floats, piece);
        bytesOf(arena.memory, dPack, packBytes).set(bytesOf(threads.memory, own.dPack, packBytes));
        addParameters();
      },
    });
  });
  return SELECTIVE_SCAN_INPUTS.map((name) => out[name]);
}

tf.registerKernel({
  kernelName: SELECTIVE_SCAN,
  backendName: 'wasm',
  kernelFunc: ({ inputs, attrs, backend }) =>
    forward(inputs as unknown as Inputs, backend, attrs as unknown as SelectiveScanAttributes),
});

tf.registerKernel({
  kernelName: SELECTIVE_SCAN_GRADIENT,
  backendName: 'wasm',
  kernelFunc: ({ inputs, attrs, backend }) =>
    backward(inputs as unknown as GradientInputs, backend, attrs as unknown as SelectiveScanAttributes),
});
