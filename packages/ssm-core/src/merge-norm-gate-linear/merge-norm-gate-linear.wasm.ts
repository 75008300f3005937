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
import { splitKernel } from '../norm-linear-split/norm-linear-split.wasm.js';
import {
  MERGE_NORM_GATE_LINEAR,
  MERGE_NORM_GATE_LINEAR_GRADIENT,
  MERGE_PROJECTED_GATE,
  MERGE_PROJECTED_GATE_GRADIENT,
} from './merge-norm-gate-linear.names.js';

const kernelModule = {
  name: 'merge-norm-gate-linear',
  functions: ['packBytes', 'sumBytes', 'scratchBytes', 'pack', 'forward', 'backward', 'finish'],
  base64,
  relaxedBase64,
} as const satisfies KernelModule;

/** z is the gate; with `split` (weight and, with a norm, gamma and beta) it is what the gate is projected from. */
type Inputs = Readonly<Record<'y' | 'z' | 'gamma' | 'beta' | 'weight', tf.TensorInfo>> & {
  readonly split?: readonly tf.TensorInfo[];
};
type GradientInputs = Inputs & { readonly dout: tf.TensorInfo };

/** What the kernel gets besides tokens: packed parameters, packed projection of the gate (or 0), its norm, scratch. */
interface Packed {
  readonly pack: number;
  readonly gate: readonly [projection: number, norm: number];
  readonly scratch: (thread: number) => number;
  readonly table: number;
}

function prepare(kernel: string, backend: unknown, { y, gamma, beta, weight, split }: Inputs) {
  const arena = arenaOf(kernel, backend);
  const run = kernelFunctions(arena, kernelModule);
  const projection = kernelFunctions(arena, splitKernel);
  const [batch, height, width, D] = y.shape as [number, number, number, number];
  const C = weight.shape[0]!;
  const ranges = cutRanges(batch * height * width, TOKENS_PER_RANGE);
  const threads = workThreads(arena, ranges.length);
  const own = scratchPerThread(run.scratchBytes(D, C), threads);
  const splitBytes = split === undefined ? 0 : projection.packBytes(C, D);
  const packed = (body: (packed: Packed) => void): void => {
    const sizes = [run.packBytes(D, C), splitBytes, own.bytes, TABLE_BYTES];
    withScratch(arena, sizes, (pack, splitPack, scratch, table) => {
      writeTable(arena, table);
      run.pack(arena.pointer(weight), arena.pointer(gamma), arena.pointer(beta), D, C, pack);
      let gate: Packed['gate'] = [0, 0];
      if (split !== undefined) {
        const [of, scale = 0, shift = 0] = split.map((info) => arena.pointer(info)) as [number];
        projection.pack(of, scale, shift, C, D, splitPack);
        gate = [splitPack + projection.gateOffset(C, D), Number(split.length > 1)];
      }
      body({ pack, gate, table, scratch: (thread) => own.of(scratch, thread) });
    });
  };
  return { arena, run, D, C, ranges, threads, packed, map: [batch, height, width, C] };
}

function forward(backend: unknown, inputs: Inputs, epsilon: number): tf.TensorInfo {
  const { arena, D, C, ranges, threads, packed, map } = prepare(MERGE_NORM_GATE_LINEAR, backend, inputs);
  const out = arena.makeOutput(map, 'float32');
  packed(({ pack, gate, scratch, table }) => {
    const pointers = [inputs.y, inputs.z, out].map((info) => arena.pointer(info));
    runWork(arena, threads, {
      ...{ module: kernelModule, name: 'forward', varying: [3, 4], items: ranges },
      args: (thread) => [...pointers, 0, 0, D, C, epsilon, pack, ...gate, scratch(thread), table],
    });
  });
  return out;
}

/** Gradients of y, the gate, gamma, beta and weight. */
function backward(backend: unknown, inputs: GradientInputs, epsilon: number): tf.TensorInfo[] {
  const { arena, run, D, C, ranges, threads, packed } = prepare(
    MERGE_NORM_GATE_LINEAR_GRADIENT,
    backend,
    inputs,
  );
  const { y, z, gamma, beta, weight, dout } = inputs;
  const outputs = [y, y, gamma, beta, weight].map((info) => arena.makeOutput(info.shape, 'float32'));
  const to = (i: number) => arena.pointer(outputs[i]!);
  packed(({ pack, gate, scratch, table }) => {
    const pointers = [...[y, z, dout].map((info) => arena.pointer(info)), to(0), to(1)];
    sumOverRanges(
      arena,
      {
        ...{ module: kernelModule, name: 'backward', varying: [5, 6, 13] },
        ...{ threads, ranges, bytes: run.sumBytes(D, C) },
        args: (thread) => [...pointers, 0, 0, D, C, epsilon, pack, ...gate, 0, scratch(thread), table],
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
  [MERGE_PROJECTED_GATE]: (backend, inputs, { epsilon }) => {
    const [y, z, gamma, beta, weight, ...split] = inputs as unknown as List;
    return forward(backend, { y, z, gamma, beta, weight, split }, epsilon);
  },
  [MERGE_PROJECTED_GATE_GRADIENT]: (backend, inputs, { epsilon }) => {
    const [y, z, gamma, beta, weight, ...split] = inputs.slice(0, -1) as unknown as List;
    return backward(backend, { y, z, gamma, beta, weight, split, dout: inputs.at(-1)! }, epsilon);
  },
});
