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
import { base64, relaxedBase64 } from '../generated/depthwise-silu.wasm.js';
import { registerListKernels } from '../simd/list-kernel.js';
import { TABLE_BYTES, writeTable } from '../simd/scan-table.wasm.js';
import { sumOverRanges } from '../simd/sums.wasm.js';
import { DEPTHWISE_SILU, DEPTHWISE_SILU_GRADIENT } from './depthwise-silu.names.js';

const kernelModule = {
  name: 'depthwise-silu',
  functions: ['packBytes', 'scratchBytes', 'pack', 'forward', 'backward', 'finish'],
  base64,
  relaxedBase64,
} as const satisfies KernelModule;

interface Inputs {
  readonly x: tf.TensorInfo;
  readonly weight: tf.TensorInfo;
  readonly bias: tf.TensorInfo;
}
type GradientInputs = Inputs & { readonly dy: tf.TensorInfo };

/** Runs `body` with packed weights and scratch. Ranges are rows of the whole batch. */
function prepare(kernel: string, backend: unknown, { x, weight, bias }: Inputs) {
  const arena = arenaOf(kernel, backend);
  const run = kernelFunctions(arena, kernelModule);
  const [batch, H, W, D] = x.shape as [number, number, number, number];
  const ranges = cutRanges(batch * H, Math.max(1, Math.ceil(TOKENS_PER_RANGE / W)));
  const threads = workThreads(arena, ranges.length);
  const own = scratchPerThread(run.scratchBytes(W, D), threads);
  const packed = (body: (pack: number, scratch: (thread: number) => number, table: number) => void): void =>
    withScratch(arena, [run.packBytes(D), own.bytes, TABLE_BYTES], (pack, scratch, table) => {
      writeTable(arena, table);
      run.pack(arena.pointer(weight), arena.pointer(bias), D, pack);
      body(pack, (thread) => own.of(scratch, thread), table);
    });
  return { arena, run, size: [H, W, D] as const, ranges, threads, packed };
}

function forward(backend: unknown, inputs: Inputs): tf.TensorInfo {
  const { arena, size, ranges, threads, packed } = prepare(DEPTHWISE_SILU, backend, inputs);
  const out = arena.makeOutput(inputs.x.shape, 'float32');
  packed((pack, scratch, table) => {
    const pointers = [inputs.x, out].map((info) => arena.pointer(info));
    runWork(arena, threads, {
      ...{ module: kernelModule, name: 'forward', varying: [2, 3], items: ranges },
      args: (thread) => [...pointers, 0, 0, ...size, pack, scratch(thread), table],
    });
  });
  return out;
}

/** Gradients of x, weight and bias. */
function backward(backend: unknown, inputs: GradientInputs): tf.TensorInfo[] {
  const { arena, run, size, ranges, threads, packed } = prepare(DEPTHWISE_SILU_GRADIENT, backend, inputs);
  const { x, weight, bias, dy } = inputs;
  const outputs = [x, weight, bias].map((info) => arena.makeOutput(info.shape, 'float32'));
  const [dx, dWeight, dBias] = outputs as [tf.TensorInfo, tf.TensorInfo, tf.TensorInfo];
  const D = size[2];
  packed((pack, scratch, table) => {
    const pointers = [x, dy, dx].map((info) => arena.pointer(info));
    sumOverRanges(
      arena,
      {
        ...{ module: kernelModule, name: 'backward', varying: [3, 4, 9] },
        ...{ threads, ranges, bytes: run.packBytes(D) },
        args: (thread) => [...pointers, 0, 0, ...size, pack, 0, scratch(thread), table],
      },
      (total) => run.finish(total, D, arena.pointer(dWeight), arena.pointer(dBias)),
    );
  });
  return outputs;
}

registerListKernels('wasm', {
  [DEPTHWISE_SILU]: (backend, inputs) => {
    const [x, weight, bias] = inputs as [tf.TensorInfo, tf.TensorInfo, tf.TensorInfo];
    return forward(backend, { x, weight, bias });
  },
  [DEPTHWISE_SILU_GRADIENT]: (backend, inputs) => {
    const [x, weight, bias, dy] = inputs as [tf.TensorInfo, tf.TensorInfo, tf.TensorInfo, tf.TensorInfo];
    return backward(backend, { x, weight, bias, dy });
  },
});
