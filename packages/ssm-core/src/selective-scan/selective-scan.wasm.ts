import {
  arenaOf,
  clearFloats,
  kernelFunctions,
  runWork,
  scratchPerThread,
  withScratch,
  workThreads,
  type KernelModule,
  type WasmArena,
} from '@prismamba/backend';
import * as tf from '@tensorflow/tfjs-core';
import { base64, relaxedBase64 } from '../generated/selective-scan.wasm.js';
import { TABLE_BYTES, writeTable } from '../simd/scan-table.wasm.js';
import { addSums } from '../simd/sums.wasm.js';
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
  ],
  base64,
  relaxedBase64,
} as const satisfies KernelModule;

type Inputs = Readonly<Record<SelectiveScanInput, tf.TensorInfo>>;
type GradientInputs = Inputs & Readonly<Record<'states' | 'dy' | 'dLastState', tf.TensorInfo>>;

/** A range of the work: batch items and blocks of channels, the `part`-th of them. The cut depends on the shape only. */
interface Task {
  readonly range: readonly [item: number, itemEnd: number, block: number, blockEnd: number];
  readonly part: number;
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
  const parts = cut(blocks, SMALLEST_PART);
  const tasks: Task[] = cut(batch, 1).flatMap((items) =>
    parts.map((range, part): Task => ({ range: [...items, ...range], part })),
  );
  const threads = batch * D * L >= THREADED_UNITS ? workThreads(arena, tasks.length) : 1;
  return {
    ...{ arena, run, D, L, N, G, tasks, threads, parts: parts.length },
    matrices: batch * G * N * L,
    packBytes: run.packBytes(D, G, N),
    own: scratchPerThread(run.scratchBytes(D, G, N), threads),
    outputs: {
      ...{ y: [batch, D, L], last: [batch, D, N] },
      states: [batch, run.stateBytes(L, D, G, N) / 4],
    },
  };
}

/** Pointer of a tensor, 0 for an empty one. */
function pointerOrNull(arena: WasmArena, info: tf.TensorInfo): number {
  return info.shape.includes(0) ? 0 : arena.pointer(info);
}

function forward(inputs: Inputs, backend: unknown, attributes: SelectiveScanAttributes): tf.TensorInfo[] {
  const p = problem(SELECTIVE_SCAN, backend, inputs);
  const { arena, run, D, L, N, G, tasks, threads, own } = p;
  const { deltaSoftplus, reverse, withLastState, saveStates } = attributes;
  const y = arena.makeOutput(p.outputs.y, 'float32');
  const last = arena.makeOutput(withLastState ? p.outputs.last : [0], 'float32');
  const states = arena.makeOutput(saveStates ? p.outputs.states : [0], 'float32');
  withScratch(arena, [TABLE_BYTES, p.packBytes, own.bytes], (table, pack, scratch) => {
    writeTable(arena, table);
    const at = (name: SelectiveScanInput): number => arena.pointer(inputs[name]);
    run.packParameters(at('A'), at('deltaBias'), at('D'), D, G, N, pack, table);
    const pointers = [
      ...[at('u'), at('delta'), at('B'), at('C'), pointerOrNull(arena, inputs.initialState), pack],
      ...[arena.pointer(y), pointerOrNull(arena, last), pointerOrNull(arena, states)],
    ];
    const flags = [L, D, G, N, Number(deltaSoftplus), Number(reverse)];
    runWork(arena, threads, {
      ...{ module, name: 'forward', varying: [9, 10, 11, 12], items: tasks.map(({ range }) => range) },
      args: (thread) => [...pointers, 0, 0, 0, 0, ...flags, own.of(scratch, thread), table],
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
  const { arena, run, D, L, N, G, tasks, threads, own, packBytes } = p;
  const summed: readonly SelectiveScanInput[] = ['A', 'B', 'C', 'D', 'deltaBias'];
  const out = Object.fromEntries(
    SELECTIVE_SCAN_INPUTS.map((name) => [name, arena.makeOutput(inputs[name].shape, 'float32')]),
  ) as unknown as Inputs;
  // Every part of the channels adds to dB and dC; beside others it does so in memory of its own.
  const others = threads > 1 ? p.parts - 1 : 0;
  const sizes = [TABLE_BYTES, packBytes, tasks.length * packBytes, own.bytes, 8 * others * p.matrices];
  withScratch(arena, sizes, (table, pack, dPacks, scratch, matrices) => {
    writeTable(arena, table);
    const at = (name: keyof GradientInputs): number => pointerOrNull(arena, inputs[name]);
    const to = (name: SelectiveScanInput): number => pointerOrNull(arena, out[name]);
    const size = (name: SelectiveScanInput) => inputs[name].shape.reduce((a, b) => a * b, 1);
    for (const name of summed) clearFloats(arena, to(name), size(name));
    clearFloats(arena, dPacks, (tasks.length * packBytes) / 4);
    clearFloats(arena, matrices, 2 * others * p.matrices);
    run.packParameters(at('A'), at('deltaBias'), at('D'), D, G, N, pack, table);
    /** dB and dC of a part of the channels. */
    const matricesOf = (part: number): [dB: number, dC: number] => {
      if (others === 0 || part === 0) return [to('B'), to('C')];
      const first = matrices + 8 * (part - 1) * p.matrices;
      return [first, first + 4 * p.matrices];
    };
    const pointers = [
      ...[at('u'), at('delta'), at('B'), at('C'), at('initialState'), pack, at('states'), at('dy')],
      ...[at('dLastState'), to('u'), to('delta'), 0, 0, to('initialState'), 0],
    ];
    const flags = [L, D, G, N, Number(deltaSoftplus), Number(reverse)];
    runWork(arena, threads, {
      ...{ module, name: 'backward', varying: [11, 12, 14, 15, 16, 17, 18] },
      items: tasks.map(({ range, part }, i) => [...matricesOf(part), dPacks + i * packBytes, ...range]),
      args: (thread) => [...pointers, 0, 0, 0, 0, ...flags, own.of(scratch, thread), table],
    });
    for (let part = 1; part <= others; part++) {
      matricesOf(part).forEach((from, i) => addSums(arena, matricesOf(0)[i]!, from, 4 * p.matrices));
    }
    tasks.forEach((_, i) => {
      run.addParameterGradients(dPacks + i * packBytes, to('A'), to('deltaBias'), to('D'), D, G, N);
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
