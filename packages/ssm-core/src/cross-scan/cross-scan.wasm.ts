import { arenaOf, kernelFunctions } from '@prismamba/backend';
import * as tf from '@tensorflow/tfjs-core';
import { sequenceKernel } from '../simd/sequence-kernel.wasm.js';
import { CROSS_MERGE, CROSS_SCAN, type CrossAttributes } from './cross-scan.gradient.js';

/** [B, H, W, C] -> [B, K, L, C]. */
function scan(x: tf.TensorInfo, backend: unknown, attributes: CrossAttributes): tf.TensorInfo {
  const { directions, height, width } = attributes;
  const arena = arenaOf(CROSS_SCAN, backend);
  const run = kernelFunctions(arena, sequenceKernel);
  const [batch, , , channels] = x.shape as [number, number, number, number];
  const y = arena.makeOutput([batch, directions.length, height * width, channels], 'float32');
  const image = 4 * height * width * channels;
  for (let b = 0; b < batch; b++) {
    directions.forEach((direction, k) => {
      const to = arena.pointer(y) + (b * directions.length + k) * image;
      run.scanDirection(arena.pointer(x) + b * image, to, direction, height, width, channels);
    });
  }
  return y;
}

/** [B, K, L, C] -> [B, H, W, C], the directions summed in order. */
function merge(y: tf.TensorInfo, backend: unknown, attributes: CrossAttributes): tf.TensorInfo {
  const { directions, height, width } = attributes;
  const arena = arenaOf(CROSS_MERGE, backend);
  const run = kernelFunctions(arena, sequenceKernel);
  const [batch, , , channels] = y.shape as [number, number, number, number];
  const x = arena.makeOutput([batch, height, width, channels], 'float32');
  const image = 4 * height * width * channels;
  for (let b = 0; b < batch; b++) {
    directions.forEach((direction, k) => {
      const from = arena.pointer(y) + (b * directions.length + k) * image;
      const to = arena.pointer(x) + b * image;
      run.mergeDirection(from, to, direction, height, width, channels, Number(k === 0));
    });
  }
  return x;
}

for (const [kernelName, kernel] of [
  [CROSS_SCAN, scan],
  [CROSS_MERGE, merge],
] as const) {
  tf.registerKernel({
    kernelName,
    backendName: 'wasm',
    kernelFunc: ({ inputs, backend, attrs }) =>
      kernel((inputs as { x: tf.TensorInfo }).x, backend, attrs as unknown as CrossAttributes),
  });
}
