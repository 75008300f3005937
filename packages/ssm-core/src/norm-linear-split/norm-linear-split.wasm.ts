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
import { base64, relaxedBase64 } from '../generated/norm-linear-split.wasm.js';
import { registerListKernels } from '../simd/list-kernel.js';
import { sumOverRanges } from '../simd/sums.wasm.js';
import {
  NORM_LINEAR_SPLIT,
  NORM_LINEAR_SPLIT_GRADIENT,
  type NormLinearSplitAttributes as Attributes,
} from './norm-linear-split.names.js';

/** Also packs the projection for the gate of merge-norm-gate-linear. */
export const splitKernel = {
  name: 'norm-linear-split',
  functions: ['packBytes', 'sumBytes', 'scratchBytes', 'pack', 'gateOffset', 'forward', 'backward', 'finish'],
  base64,
  relaxedBase64,
} as const satisfies KernelModule;

interface Inputs {
  readonly x: tf.TensorInfo;
  readonly weight: tf.TensorInfo;
  readonly gamma: tf.TensorInfo | undefined;
  readonly beta: tf.TensorInfo | undefined;
}
type GradientInputs = Inputs & { readonly du: tf.TensorInfo; readonly dz: tf.TensorInfo };

function problem(kernel: string, backend: unknown, { x, weight, gamma, beta }: Inputs) {
  const arena = arenaOf(kernel, backend);
  const run = kernelFunctions(arena, splitKernel);
  const [batch, height, width, C] = x.shape as [number, number, number, number];
  const D = weight.shape[0]! / 2;
  /** Pointers of weight, gamma, beta; 0 where there is no norm. */
  const parameters = (): [number, number, number] => [
    arena.pointer(weight),
    gamma === undefined ? 0 : arena.pointer(gamma),
    beta === undefined ? 0 : arena.pointer(beta),
  ];
  const ranges = cutRanges(batch * height * width, TOKENS_PER_RANGE);
  const threads = workThreads(arena, ranges.length);
  const own = scratchPerThread(run.scratchBytes(C, D), threads);
  const packed = (body: (pack: number, scratch: (thread: number) => number) => void): void =>
    withScratch(arena, [run.packBytes(C, D), own.bytes], (pack, scratch) => {
      run.pack(...parameters(), C, D, pack);
      body(pack, (thread) => own.of(scratch, thread));
    });
  const sizes = [C, D, Number(gamma !== undefined)] as const;
  return { arena, run, C, D, sizes, map: [batch, height, width, D], ranges, threads, parameters, packed };
}

/** u and z, or u alone. */
function forward(backend: unknown, inputs: Inputs, { epsilon, gate }: Attributes): tf.TensorInfo[] {
  const { arena, sizes, map, ranges, threads, packed } = problem(NORM_LINEAR_SPLIT, backend, inputs);
  const outputs = (gate === false ? [map] : [map, map]).map((shape) => arena.makeOutput(shape, 'float32'));
  packed((pack, scratch) => {
    const [x, u, z = 0] = [inputs.x, ...outputs].map((info) => arena.pointer(info)) as [number, number];
    runWork(arena, threads, {
      ...{ module: splitKernel, name: 'forward', varying: [3, 4], items: ranges },
      args: (thread) => [x, u, z, 0, 0, ...sizes, epsilon, pack, scratch(thread)],
    });
  });
  return outputs;
}

/** Gradients of x, weight and, with a norm, gamma and beta. */
function backward(backend: unknown, inputs: GradientInputs, { epsilon }: Attributes): tf.TensorInfo[] {
  const { arena, run, C, D, sizes, ranges, threads, parameters, packed } = problem(
    NORM_LINEAR_SPLIT_GRADIENT,
    backend,
    inputs,
  );
  const { x, weight, gamma, beta, du, dz } = inputs;
  const outputs = [x, weight, gamma, beta]
    .filter((info) => info !== undefined)
    .map((info) => arena.makeOutput(info.shape, 'float32'));
  const [dx, ...parameterGradients] = outputs as [tf.TensorInfo, ...tf.TensorInfo[]];
  packed((pack, scratch) => {
    const pointers = [x, du, dz, dx].map((info) => arena.pointer(info));
    sumOverRanges(
      arena,
      {
        ...{ module: splitKernel, name: 'backward', varying: [4, 5, 11] },
        ...{ threads, ranges, bytes: run.sumBytes(C, D) },
        args: (thread) => [...pointers, 0, 0, ...sizes, epsilon, pack, 0, scratch(thread)],
      },
      (total) => {
        const to = parameterGradients.map((info) => arena.pointer(info));
        run.finish(total, ...parameters(), C, D, to[0]!, to[1] ?? 0, to[2] ?? 0);
      },
    );
  });
  return outputs;
}

registerListKernels<Attributes>('wasm', {
  [NORM_LINEAR_SPLIT]: (backend, inputs, attributes) => {
    const [x, weight, gamma, beta] = inputs as [tf.TensorInfo, tf.TensorInfo, ...tf.TensorInfo[]];
    return forward(backend, { x, weight, gamma, beta }, attributes);
  },
  [NORM_LINEAR_SPLIT_GRADIENT]: (backend, inputs, attributes) => {
    const [du, dz] = inputs.slice(-2) as [tf.TensorInfo, tf.TensorInfo];
    const [x, weight, gamma, beta] = inputs.slice(0, -2) as [
      tf.TensorInfo,
      tf.TensorInfo,
      ...tf.TensorInfo[],
    ];
    return backward(backend, { x, weight, gamma, beta, du, dz }, attributes);
  },
});
