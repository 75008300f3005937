import {
  arenaOf,
  cutRanges,
  kernelFunctions,
  runWork,
  scratchPerThread,
  TOKENS_PER_RANGE,
  withScratch,
  workThreads,
  type KernelModule,
  type WasmArena,
} from '@prismamba/backend';
import type * as tf from '@tensorflow/tfjs-core';
import { base64, relaxedBase64 } from '../generated/pointwise-gelu-residual.wasm.js';
import { registerListKernels } from '../simd/list-kernel.js';
import { TABLE_BYTES, writeTable } from '../simd/scan-table.wasm.js';
import { sumOverRanges } from '../simd/sums.wasm.js';
import {
  BRANCH_KINDS,
  POINTWISE_GELU_RESIDUAL,
  POINTWISE_GELU_RESIDUAL_GRADIENT,
  type BranchKind,
} from './pointwise-gelu-residual.names.js';

const kernelModule = {
  name: 'pointwise-gelu-residual',
  functions: [
    'packBytes',
    'sumBytes',
    'scratchBytes',
    'factorOffset',
    'pack',
    'forward',
    'backward',
    'finish',
  ],
  base64,
  relaxedBase64,
} as const satisfies KernelModule;

interface Inputs {
  readonly x: tf.TensorInfo;
  readonly weight: tf.TensorInfo;
  readonly bias: tf.TensorInfo;
  readonly branches: readonly tf.TensorInfo[];
  readonly kinds: readonly BranchKind[];
}

/** Ranges of tokens, none of which crosses a sample; `sample` of each. */
function rangesBySample(batch: number, tokens: number) {
  return Array.from({ length: batch }, (_, sample) =>
    cutRanges(tokens, TOKENS_PER_RANGE).map(([first, end]) => ({
      sample,
      range: [sample * tokens + first, sample * tokens + end] as const,
    })),
  ).flat();
}

function prepare(kernel: string, backend: unknown, inputs: Inputs) {
  const { x, weight, bias, branches, kinds } = inputs;
  const arena = arenaOf(kernel, backend);
  const run = kernelFunctions(arena, kernelModule);
  const [batch, height, width, C] = x.shape as [number, number, number, number];
  const K = weight.shape[1]!;
  const count = branches.length;
  const channels = branches.map((branch, k) => (kinds[k] === 'map' ? branch.shape[3]! : C));
  const ranges = rangesBySample(batch, height * width);
  const threads = workThreads(arena, ranges.length);
  const own = scratchPerThread(run.scratchBytes(C, K), threads);
  const packed = (
    gradients: readonly tf.TensorInfo[],
    body: (table: number, branchTable: number, pack: number, scratch: (thread: number) => number) => void,
  ): void => {
    const sizes = [TABLE_BYTES, 16 * count, run.packBytes(C, K), own.bytes];
    withScratch(arena, sizes, (table, branchTable, pack, scratch) => {
      writeTable(arena, table);
      writeBranches(arena, branchTable, inputs, channels, gradients);
      run.pack(arena.pointer(weight), arena.pointer(bias), C, K, pack);
      body(table, branchTable, pack, (thread) => own.of(scratch, thread));
    });
  };
  return { arena, run, C, K, count, channels, packed, ranges, threads };
}

/** kind, channels, pointer and pointer of the gradient of each branch. */
function writeBranches(
  arena: WasmArena,
  to: number,
  { branches, kinds }: Inputs,
  channels: readonly number[],
  gradients: readonly tf.TensorInfo[],
): void {
  const words = branches.flatMap((branch, k) => {
    const gradient = gradients[k];
    const target = gradient === undefined ? 0 : arena.pointer(gradient);
    return [BRANCH_KINDS[kinds[k]!], channels[k]!, arena.pointer(branch), target];
  });
  new Uint32Array(arena.memory.buffer, to, words.length).set(words);
}

function forward(backend: unknown, inputs: Inputs): tf.TensorInfo {
  const { arena, C, K, count, packed, ranges, threads } = prepare(POINTWISE_GELU_RESIDUAL, backend, inputs);
  const out = arena.makeOutput(inputs.x.shape, 'float32');
  packed([], (table, branchTable, pack, scratch) => {
    const pointers = [inputs.x, out].map((info) => arena.pointer(info));
    runWork(arena, threads, {
      ...{ module: kernelModule, name: 'forward', varying: [2, 3, 4] },
      items: ranges.map(({ sample, range }) => [...range, sample]),
      args: (thread) => [...pointers, 0, 0, 0, C, K, branchTable, count, pack, scratch(thread), table],
    });
  });
  return out;
}

/** Gradients of x, weight, bias and every branch. */
function backward(backend: unknown, inputs: Inputs, dout: tf.TensorInfo): tf.TensorInfo[] {
  const { arena, run, C, K, count, channels, packed, ranges, threads } = prepare(
    POINTWISE_GELU_RESIDUAL_GRADIENT,
    backend,
    inputs,
  );
  const { x, weight, bias, branches, kinds } = inputs;
  const outputs = [x, weight, bias, ...branches].map((info) => arena.makeOutput(info.shape, 'float32'));
  const [dx, dWeight, dBias, ...gradients] = outputs as [tf.TensorInfo, tf.TensorInfo, tf.TensorInfo];
  packed(gradients, (table, branchTable, pack, scratch) => {
    const view = (pointer: number, floats: number) => new Float32Array(arena.memory.buffer, pointer, floats);
    const gates = branches.flatMap((branch, k) => {
      if (kinds[k] !== 'perSample') return [];
      const column = channels.slice(0, k).reduce((sum, width) => sum + width, 0);
      return [{ column, pointer: arena.pointer(gradients[k]!), size: branch.shape[0]! * C }];
    });
    for (const { pointer, size } of gates) view(pointer, size).fill(0);
    const pointers = [x, dout, dx].map((info) => arena.pointer(info));
    sumOverRanges(
      arena,
      {
        ...{ module: kernelModule, name: 'backward', varying: [3, 4, 11, 5] },
        ...{ threads, ranges: ranges.map(({ range }) => range), bytes: run.sumBytes(C, K) },
        args: (thread) => [
          ...[...pointers, 0, 0, 0, C, K, branchTable, count, pack, 0, scratch(thread), table],
        ],
        more: (index) => [ranges[index]!.sample],
        visit: (index, sums) => {
          for (const { column, pointer } of gates) {
            const part = view(sums + run.factorOffset(C, K) + 4 * column, C);
            const total = view(pointer + 4 * ranges[index]!.sample * C, C);
            for (let c = 0; c < C; c++) total[c]! += part[c]!;
          }
        },
      },
      (total) => run.finish(total, C, K, arena.pointer(dWeight), arena.pointer(dBias)),
    );
  });
  return outputs;
}

type Attributes = { readonly kinds: readonly BranchKind[] };
registerListKernels<Attributes>('wasm', {
  [POINTWISE_GELU_RESIDUAL]: (backend, inputs, { kinds }) => {
    const [x, weight, bias, ...branches] = inputs as [tf.TensorInfo, tf.TensorInfo, tf.TensorInfo];
    return forward(backend, { x, weight, bias, branches, kinds });
  },
  [POINTWISE_GELU_RESIDUAL_GRADIENT]: (backend, inputs, { kinds }) => {
    const [x, weight, bias, ...rest] = inputs as [tf.TensorInfo, tf.TensorInfo, tf.TensorInfo];
    const branches = (rest as tf.TensorInfo[]).slice(0, -1);
    return backward(backend, { x, weight, bias, branches, kinds }, inputs[inputs.length - 1]!);
  },
});
