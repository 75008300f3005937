import {
  arenaOf,
  clearFloats,
  cutRanges,
  kernelFunctions,
  runWork,
  TOKENS_PER_RANGE,
  withScratch,
  workThreads,
  type KernelModule,
} from '@prismamba/backend';
import * as tf from '@tensorflow/tfjs-core';
import { base64, relaxedBase64 } from '../generated/map-convolution.wasm.js';
import { MAP_CONVOLUTION, MAP_CONVOLUTION_GRADIENT } from './map-convolution.names.js';

const kernelModule = {
  name: 'map-convolution',
  functions: ['paddedBytes', 'padSample', 'packBytes', 'packKernel', 'convolve', 'kernelGradient'],
  base64,
  relaxedBase64,
} as const satisfies KernelModule;

function prepare(kernel: string, backend: unknown, maps: tf.TensorInfo, weight: tf.TensorInfo) {
  const arena = arenaOf(kernel, backend);
  const run = kernelFunctions(arena, kernelModule);
  const [B, H, W] = maps.shape as [number, number, number];
  const K = weight.shape[2]!;
  const items = cutRanges(H, Math.max(1, Math.ceil(TOKENS_PER_RANGE / W)));
  const threads = workThreads(arena, items.length);
  /** All rows of one sample; `add` as in the kernel. */
  const convolve = (padded: number, pack: number, out: number, add: 0 | 1): void =>
    runWork(arena, threads, {
      ...{ module: kernelModule, name: 'convolve', varying: [3, 4], items },
      args: () => [padded, pack, out, 0, 0, W, K, add],
    });
  return { arena, run, B, H, W, K, convolve };
}

function forward(backend: unknown, maps: tf.TensorInfo, weight: tf.TensorInfo): tf.TensorInfo {
  const { arena, run, B, H, W, K, convolve } = prepare(MAP_CONVOLUTION, backend, maps, weight);
  const out = arena.makeOutput([B, H, W, 1], 'float32');
  withScratch(arena, [run.packBytes(K), run.paddedBytes(H, W, K)], (pack, padded) => {
    run.packKernel(arena.pointer(weight), K, 0, pack);
    for (let b = 0; b < B; b++) {
      run.padSample(arena.pointer(maps) + 8 * b * H * W, 2, H, W, K, padded);
      convolve(padded, pack, arena.pointer(out) + 4 * b * H * W, 1);
    }
  });
  return out;
}

/** Gradients of maps and weight. */
function backward(
  backend: unknown,
  { maps, weight, dy }: Readonly<Record<'maps' | 'weight' | 'dy', tf.TensorInfo>>,
): tf.TensorInfo[] {
  const { arena, run, B, H, W, K, convolve } = prepare(MAP_CONVOLUTION_GRADIENT, backend, maps, weight);
  const dmaps = arena.makeOutput(maps.shape, 'float32');
  const dweight = arena.makeOutput(weight.shape, 'float32');
  const paddedBytes = run.paddedBytes(H, W, K);
  withScratch(arena, [run.packBytes(K), paddedBytes, paddedBytes], (pack, padded, upstream) => {
    run.packKernel(arena.pointer(weight), K, 1, pack);
    clearFloats(arena, arena.pointer(dweight), 2 * K * K);
    for (let b = 0; b < B; b++) {
      const offset = 8 * b * H * W;
      run.padSample(arena.pointer(maps) + offset, 2, H, W, K, padded);
      run.padSample(arena.pointer(dy) + offset / 2, 1, H, W, K, upstream);
      convolve(upstream, pack, arena.pointer(dmaps) + offset, 0);
      run.kernelGradient(padded, upstream, arena.pointer(dweight), 0, H, W, K);
    }
  });
  return [dmaps, dweight];
}

tf.registerKernel({
  kernelName: MAP_CONVOLUTION,
  backendName: 'wasm',
  kernelFunc: ({ backend, inputs }) => {
    const { maps, weight } = inputs as unknown as Record<'maps' | 'weight', tf.TensorInfo>;
    return forward(backend, maps, weight);
  },
});
tf.registerKernel({
  kernelName: MAP_CONVOLUTION_GRADIENT,
  backendName: 'wasm',
  kernelFunc: ({ backend, inputs }) =>
    backward(backend, inputs as unknown as Record<'maps' | 'weight' | 'dy', tf.TensorInfo>),
});
