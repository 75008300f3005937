import {
  arenaOf,
  cutRanges,
  kernelFunctions,
  TOKENS_PER_RANGE,
  withScratch,
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
  const packed = (body: (pack: number, scratch: number, table: number) => void): void =>
    withScratch(arena, [run.packBytes(D), run.scratchBytes(W, D), TABLE_BYTES], (pack, scratch, table) => {
      writeTable(arena, table);
      run.pack(arena.pointer(weight), arena.pointer(bias), D, pack);
      body(pack, scratch, table);
    });
  return { arena, run, size: [H, W, D] as const, ranges, packed };
}

function forward(backend: unknown, inputs: Inputs): tf.TensorInfo {
  const { arena, run, size, ranges, packed } = prepare(DEPTHWISE_SILU, backend, inputs);
  const out = arena.makeOutput(inputs.x.shape, 'float32');
  packed((pack, scratch, table) => {
    const pointers = [inputs.x, out].map((info) => arena.pointer(info));
    for (const range of ranges) run.forward(...pointers, ...range, ...size, pack, scratch, table);
  });
  return out;
}

/** Gradients of x, weight and bias. */
function backward(backend: unknown, inputs: GradientInputs): tf.TensorInfo[] {
  const { arena, run, size, ranges, packed } = prepare(DEPTHWISE_SILU_GRADIENT, backend, inputs);
  const { x, weight, bias, dy } = inputs;
  const outputs = [x, weight, bias].map((info) => arena.makeOutput(info.shape, 'float32'));
  const [dx, dWeight, dBias] = outputs as [tf.TensorInfo, tf.TensorInfo, tf.TensorInfo];
  const D = size[2];
  packed((pack, scratch, table) => {
    sumOverRanges(
      arena,
      run.packBytes(D),
      ranges,
      (first, end, sums) => {
        const pointers = [x, dy, dx].map((info) => arena.pointer(info));
        run.backward(...pointers, first, end, ...size, pack, sums, scratch, table);
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
