import { kernelFunctions, type KernelModule, type WasmArena } from '@prismamba/backend';
import * as tf from '@tensorflow/tfjs-core';
import { base64, relaxedBase64 } from '../generated/selective-scan.wasm.js';
import { TABLE_BYTES, writeTable } from '../simd/scan-table.wasm.js';
import { clear, withScratch } from '../simd/scratch.wasm.js';
import { arenaOf } from '../simd/usable.wasm.js';
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

/** A range of the work: batch items and blocks of channels. The cut depends on the shape only. */
interface Task {
  readonly item: number;
  readonly itemEnd: number;
  readonly block: number;
  readonly blockEnd: number;
}

/** At most this many parts along the batch and along the channels. */
const PARTS = 8;

function cut(count: number): [number, number][] {
  const size = Math.ceil(count / Math.min(PARTS, count));
  const ranges: [number, number][] = [];
  for (let from = 0; from < count; from += size) ranges.push([from, Math.min(count, from + size)]);
  return ranges;
}

/** The kernel, its sizes and where its inputs are. */
function problem(kernel: string, backend: unknown, inputs: Inputs) {
  const arena = arenaOf(kernel, backend);
  const run = kernelFunctions(arena, module);
  const [batch = 0, D = 0, L = 0] = inputs.u.shape;
  const N = inputs.A.shape[1] ?? 0;
  const G = inputs.B.shape[1] ?? 0;
  const blocks = run.blockCount(D, G);
  const tasks: Task[] = cut(batch).flatMap(([item, itemEnd]) =>
    cut(blocks).map(([block, blockEnd]) => ({ item, itemEnd, block, blockEnd })),
  );
  const stateFloats = run.stateBytes(L, D, G, N) / 4;
  return { arena, run, batch, D, L, N, G, tasks, stateFloats };
}

/** Pointer of a tensor, 0 for an empty one. */
function pointerOrNull(arena: WasmArena, info: tf.TensorInfo): number {
  return info.shape.includes(0) ? 0 : arena.pointer(info);
}

function forward(inputs: Inputs, backend: unknown, attributes: SelectiveScanAttributes): tf.TensorInfo[] {
  const { arena, run, batch, D, L, N, G, tasks, stateFloats } = problem(SELECTIVE_SCAN, backend, inputs);
  const { deltaSoftplus, reverse, withLastState, saveStates } = attributes;
  const y = arena.makeOutput([batch, D, L], 'float32');
  const last = arena.makeOutput(withLastState ? [batch, D, N] : [0], 'float32');
  const states = arena.makeOutput(saveStates ? [batch, stateFloats] : [0], 'float32');
  withScratch(
    arena,
    [TABLE_BYTES, run.packBytes(D, G, N), run.scratchBytes(D, G, N)],
    (table, pack, scratch) => {
      writeTable(arena, table);
      const at = (name: SelectiveScanInput): number => arena.pointer(inputs[name]);
      run.packParameters(at('A'), at('deltaBias'), at('D'), D, G, N, pack, table);
      for (const { item, itemEnd, block, blockEnd } of tasks) {
        run.forward(
          ...[at('u'), at('delta'), at('B'), at('C'), pointerOrNull(arena, inputs.initialState), pack],
          ...[arena.pointer(y), pointerOrNull(arena, last), pointerOrNull(arena, states)],
          ...[item, itemEnd, block, blockEnd, L, D, G, N, Number(deltaSoftplus), Number(reverse)],
          ...[scratch, table],
        );
      }
    },
  );
  return [y, last, states];
}

function backward(
  inputs: GradientInputs,
  backend: unknown,
  { deltaSoftplus, reverse }: SelectiveScanAttributes,
): tf.TensorInfo[] {
  const { arena, run, D, L, N, G, tasks } = problem(SELECTIVE_SCAN_GRADIENT, backend, inputs);
  const summed: readonly SelectiveScanInput[] = ['A', 'B', 'C', 'D', 'deltaBias'];
  const out = Object.fromEntries(
    SELECTIVE_SCAN_INPUTS.map((name) => {
      const { shape } = inputs[name];
      return [name, arena.makeOutput(shape, 'float32')];
    }),
  ) as unknown as Inputs;
  const packBytes = run.packBytes(D, G, N);
  withScratch(
    arena,
    [TABLE_BYTES, packBytes, packBytes, run.scratchBytes(D, G, N)],
    (table, pack, dPack, scratch) => {
      writeTable(arena, table);
      const at = (name: keyof GradientInputs): number => pointerOrNull(arena, inputs[name]);
      const to = (name: SelectiveScanInput): number => pointerOrNull(arena, out[name]);
      for (const name of summed)
        clear(
          arena,
          to(name),
          inputs[name].shape.reduce((a, b) => a * b, 1),
        );
      run.packParameters(at('A'), at('deltaBias'), at('D'), D, G, N, pack, table);
      for (const { item, itemEnd, block, blockEnd } of tasks) {
        clear(arena, dPack, packBytes / 4);
        run.backward(
          ...[at('u'), at('delta'), at('B'), at('C'), at('initialState'), pack, at('states'), at('dy')],
          ...[at('dLastState'), to('u'), to('delta'), to('B'), to('C'), to('initialState'), dPack],
          ...[item, itemEnd, block, blockEnd, L, D, G, N, Number(deltaSoftplus), Number(reverse)],
          ...[scratch, table],
        );
        run.addParameterGradients(dPack, to('A'), to('deltaBias'), to('D'), D, G, N);
      }
    },
  );
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
