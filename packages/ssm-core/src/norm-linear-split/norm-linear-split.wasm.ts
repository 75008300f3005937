import {
  arenaOf,
  cutRanges,
  kernelFunctions,
  TOKENS_PER_RANGE,
  withScratch,
  type KernelModule,
} from '@prismamba/backend';
import type * as tf from '@tensorflow/tfjs-core';
import { base64, relaxedBase64 } from '../generated/norm-linear-split.wasm.js';
import { registerListKernels } from '../simd/list-kernel.js';
import { sumOverRanges } from '../simd/sums.wasm.js';
import { NORM_LINEAR_SPLIT, NORM_LINEAR_SPLIT_GRADIENT } from './norm-linear-split.names.js';

const kernelModule = {
  name: 'norm-linear-split',
  functions: ['packBytes', 'sumBytes', 'scratchBytes', 'pack', 'forward', 'backward', 'finish'],
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
  const run = kernelFunctions(arena, kernelModule);
  const [batch, height, width, C] = x.shape as [number, number, number, number];
  const D = weight.shape[0]! / 2;
  /** Pointers of weight, gamma, beta; 0 where there is no norm. */
  const parameters = (): [number, number, number] => [
    arena.pointer(weight),
    gamma === undefined ? 0 : arena.pointer(gamma),
    beta === undefined ? 0 : arena.pointer(beta),
  ];
  const ranges = cutRanges(batch * height * width, TOKENS_PER_RANGE);
  return {
    arena,
    run,
    C,
    D,
    norm: Number(gamma !== undefined),
    map: [batch, height, width, D],
    ranges,
    parameters,
  };
}

function forward(backend: unknown, inputs: Inputs, epsilon: number): tf.TensorInfo[] {
  const { arena, run, C, D, norm, map, ranges, parameters } = problem(NORM_LINEAR_SPLIT, backend, inputs);
  const u = arena.makeOutput(map, 'float32');
  const z = arena.makeOutput(map, 'float32');
  withScratch(arena, [run.packBytes(C, D), run.scratchBytes(C, D)], (pack, scratch) => {
    run.pack(...parameters(), C, D, pack);
    const pointers = [inputs.x, u, z].map((info) => arena.pointer(info));
    for (const range of ranges) run.forward(...pointers, ...range, C, D, norm, epsilon, pack, scratch);
  });
  return [u, z];
}

/** Gradients of x, weight and, with a norm, gamma and beta. */
function backward(backend: unknown, inputs: GradientInputs, epsilon: number): tf.TensorInfo[] {
  const { arena, run, C, D, norm, ranges, parameters } = problem(NORM_LINEAR_SPLIT_GRADIENT, backend, inputs);
  const { x, weight, gamma, beta, du, dz } = inputs;
  const outputs = [x, weight, gamma, beta]
    .filter((info) => info !== undefined)
    .map((info) => arena.makeOutput(info.shape, 'float32'));
  const [dx, ...parameterGradients] = outputs as [tf.TensorInfo, ...tf.TensorInfo[]];
  withScratch(arena, [run.packBytes(C, D), run.scratchBytes(C, D)], (pack, scratch) => {
    run.pack(...parameters(), C, D, pack);
    const pointers = () => [x, du, dz, dx].map((info) => arena.pointer(info));
    sumOverRanges(
      arena,
      run.sumBytes(C, D),
      ranges,
      (first, end, sums) => run.backward(...pointers(), first, end, C, D, norm, epsilon, pack, sums, scratch),
      (total) => {
        const to = parameterGradients.map((info) => arena.pointer(info));
        run.finish(total, ...parameters(), C, D, to[0]!, to[1] ?? 0, to[2] ?? 0);
      },
    );
  });
  return outputs;
}

registerListKernels<{ readonly epsilon: number }>('wasm', {
  [NORM_LINEAR_SPLIT]: (backend, inputs, { epsilon }) => {
    const [x, weight, gamma, beta] = inputs as [tf.TensorInfo, tf.TensorInfo, ...tf.TensorInfo[]];
    return forward(backend, { x, weight, gamma, beta }, epsilon);
  },
  [NORM_LINEAR_SPLIT_GRADIENT]: (backend, inputs, { epsilon }) => {
    const [du, dz] = inputs.slice(-2) as [tf.TensorInfo, tf.TensorInfo];
    const [x, weight, gamma, beta] = inputs.slice(0, -2) as [
      tf.TensorInfo,
      tf.TensorInfo,
      ...tf.TensorInfo[],
    ];
    return backward(backend, { x, weight, gamma, beta, du, dz }, epsilon);
  },
});
