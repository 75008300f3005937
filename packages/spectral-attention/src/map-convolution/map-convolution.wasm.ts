import {
  clearFloats,
  cutRanges,
  kernelLaunchers,
  registerWasm,
  runWork,
  TOKENS_PER_RANGE,
  withScratch,
  workThreads,
  type WasmArena,
} from '@prismamba/backend/internal';
import type { TensorInfo } from '@tensorflow/tfjs-core';
import { mapConvolutionKernel as module } from '../generated/map-convolution.wasm.js';
import { mapConvolutionOperator } from './map-convolution.operator.js';

function prepare(arena: WasmArena, maps: TensorInfo, weight: TensorInfo) {
  const run = kernelLaunchers(arena, module);
  const [B, H, W] = maps.shape as [number, number, number];
  const K = weight.shape[2]!;
  const items = cutRanges(H, Math.max(1, Math.ceil(TOKENS_PER_RANGE / W)));
  const threads = workThreads(arena, items.length);
  /** All rows of one sample; `add` as in the kernel. */
  const convolve = (pointers: Readonly<Record<'padded' | 'packed' | 'out', number>>, add: 0 | 1): void =>
    runWork(arena, threads, {
      module,
      name: 'convolve',
      items,
      args: () => ({ ...pointers, W, K, add }),
    });
  return { run, B, H, W, K, convolve };
}

registerWasm(mapConvolutionOperator, {
  forward(arena, { inputs: { maps, weight } }) {
    const { run, B, H, W, K, convolve } = prepare(arena, maps, weight);
    const out = arena.makeOutput([B, H, W, 1], 'float32');
    withScratch(arena, [run.packBytes({ K }), run.paddedBytes({ H, W, K })], (packed, padded) => {
      run.packKernel({ weight: arena.pointer(weight), K, flip: 0, to: packed });
      for (let b = 0; b < B; b++) {
        run.padSample({ from: arena.pointer(maps) + 8 * b * H * W, channels: 2, H, W, K, to: padded });
        convolve({ padded, packed, out: arena.pointer(out) + 4 * b * H * W }, 1);
      }
    });
    return { out };
  },

  backward(arena, { inputs: { maps, weight }, upstream: { out: dy } }) {
    const { run, B, H, W, K, convolve } = prepare(arena, maps, weight);
    const dmaps = arena.makeOutput(maps.shape, 'float32');
    const dweight = arena.makeOutput(weight.shape, 'float32');
    const paddedBytes = run.paddedBytes({ H, W, K });
    withScratch(arena, [run.packBytes({ K }), paddedBytes, paddedBytes], (packed, padded, upstream) => {
      run.packKernel({ weight: arena.pointer(weight), K, flip: 1, to: packed });
      clearFloats(arena, arena.pointer(dweight), 2 * K * K);
      for (let b = 0; b < B; b++) {
        const offset = 8 * b * H * W;
        run.padSample({ from: arena.pointer(maps) + offset, channels: 2, H, W, K, to: padded });
        run.padSample({ from: arena.pointer(dy) + offset / 2, channels: 1, H, W, K, to: upstream });
        convolve({ padded: upstream, packed, out: arena.pointer(dmaps) + offset }, 0);
        run.kernelGradient({ maps: padded, upstream, sums: arena.pointer(dweight), first: 0, end: H, W, K });
      }
    });
    return { maps: dmaps, weight: dweight };
  },
});
