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
} from '@prismamba/backend';
import type * as tf from '@tensorflow/tfjs-core';
import { base64, relaxedBase64 } from '../generated/merge-norm-gate-linear.wasm.js';
import { registerListKernels } from '../simd/list-kernel.js';
import { TABLE_BYTES, writeTable } from '../simd/scan-table.wasm.js';
import { sumOverRanges } from '../simd/sums.wasm.js';
import { MERGE_NORM_GATE_LINEAR, MERGE_NORM_GATE_LINEAR_GRADIENT } from './merge-norm-gate-linear.names.js';

const kernelModule = {
  name: 'merge-norm-gate-linear',
  functions: ['packBytes', 'sumBytes', 'scratchBytes', 'pack', 'forward', 'backward', 'finish'],
  base64,
  relaxedBase64,
} as const satisfies KernelModule;

type Inputs = Readonly<Record<'y' | 'z' | 'gamma' | 'beta' | 'weight', tf.TensorInfo>>;
type GradientInputs = Inputs & { readonly dout: tf.TensorInfo };

function prepare(kernel: string, backend: unknown, { y, gamma, beta, weight }: Inputs) {
  const arena = arenaOf(kernel, backend);
  const run = kernelFunctions(arena, kernelModule);
  const [batch, height, width, D] = y.shape as [number, number, number, number];
  const C = weight.shape[0]!;
  const ranges = cutRanges(batch * height * width, TOKENS_PER_RANGE);
  const threads = workThreads(arena, ranges.length);
  const own = scratchPerThread(run.scratchBytes(D, C), threads);
  const packed = (body: (pack: number, scratch: (thread: number) => number, table: number) => void): void =>
    withScratch(arena, [run.packBytes(D, C), own.bytes, TABLE_BYTES], (pack, scratch, table) => {
      writeTable(arena, table);
      run.pack(arena.pointer(weight), arena.pointer(gamma), arena.pointer(beta), D, C, pack);
      body(pack, (thread) => own.of(scratch, thread), table);
    });
  return { arena, run, D, C, ranges, threads, packed, map: [batch, height, width, C] };
}

function forward(backend: unknown, inputs: Inputs, epsilon: number): tf.TensorInfo {
  const { arena, D, C, ranges, threads, packed, map } = prepare(MERGE_NORM_GATE_LINEAR, backend, inputs);
  const out = arena.makeOutput(map, 'float32');
  packed((pack, scratch, table) => {
    const pointers = [inputs.y, inputs.z, out].map((info) => arena.pointer(info));
    runWork(arena, threads, {
      ...{ module: kernelModule, name: 'forward', varying: [3, 4], items: ranges },
      args: (thread) => [...pointers, 0, 0, D, C, epsilon, pack, scratch(thread), table],
    });
  });
  return out;
}

/** Gradients of y, z, gamma, beta and weight. */
function backward(backend: unknown, inputs: GradientInputs, epsilon: number): tf.TensorInfo[] {
  const { arena, run, D, C, ranges, threads, packed } = prepare(
    MERGE_NORM_GATE_LINEAR_GRADIENT,
    backend,
    inputs,
  );
  const { y, z, gamma, beta, weight, dout } = inputs;
  const outputs = [y, z, gamma, beta, weight].map((info) => arena.makeOutput(info.shape, 'float32'));
  const to = (i: number) => arena.pointer(outputs[i]!);
  packed((pack, scratch, table) => {
    const pointers = [...[y, z, dout].map((info) => arena.pointer(info)), to(0), to(1)];
    sumOverRanges(
      arena,
      {
        ...{ module: kernelModule, name: 'backward', varying: [5, 6, 11] },
        ...{ threads, ranges, bytes: run.sumBytes(D, C) },
        args: (thread) => [...pointers, 0, 0, D, C, epsilon, pack, 0, scratch(thread), table],
      },
      (total) => run.finish(total, D, C, to(4), to(2), to(3)),
    );
  });
  return outputs;
}

type List = [tf.TensorInfo, tf.TensorInfo, tf.TensorInfo, tf.TensorInfo, tf.TensorInfo];
registerListKernels<{ readonly epsilon: number }>('wasm', {
  [MERGE_NORM_GATE_LINEAR]: (backend, inputs, { epsilon }) => {
    const [y, z, gamma, beta, weight] = inputs as unknown as List;
    return forward(backend, { y, z, gamma, beta, weight }, epsilon);
  },
  [MERGE_NORM_GATE_LINEAR_GRADIENT]: (backend, inputs, { epsilon }) => {
    const [y, z, gamma, beta, weight, dout] = inputs as unknown as [...List, tf.TensorInfo];
    return backward(backend, { y, z, gamma, beta, weight, dout }, epsilon);
  },
});
