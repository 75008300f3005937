import { startBackend } from '@prismamba/backend';
import * as tf from '@tensorflow/tfjs-core';
import { expect, it } from 'vitest';
import { disposeModel } from '../dispose-model.js';
import { gmsrNetConfig } from './gmsr-net.config.js';
import { gmsrNet } from './gmsr-net.js';

/** The allocator behind every tensor and scratch buffer of TensorFlow.js's WASM backend. */
interface Allocator {
  _malloc(bytes: number): number;
  _free(pointer: number): void;
}

/** Most bytes that were allocated at once while `body` ran, above those at its start. */
function peakBytes(body: () => void): number {
  const { wasm } = tf.backend() as unknown as { readonly wasm: Allocator };
  const { _malloc: malloc, _free: free } = wasm;
  const sizes = new Map<number, number>();
  let live = 0;
  let peak = 0;
  wasm._malloc = (bytes) => {
    const pointer = malloc(bytes);
    sizes.set(pointer, bytes);
    live += bytes;
    peak = Math.max(peak, live);
    return pointer;
  };
  wasm._free = (pointer) => {
    live -= sizes.get(pointer) ?? 0;
    sizes.delete(pointer);
    free(pointer);
  };
  try {
    body();
  } finally {
    Object.assign(wasm, { _malloc: malloc, _free: free });
  }
  return peak;
}

it('a training step on WASM takes at most 60 MB a 128x128 patch, so that the batch of 20 fits', async () => {
  await startBackend('wasm');
  const model = gmsrNet.build(gmsrNetConfig.parse({}), { seed: 1 });
  const step = (batch: number, side: number) => () => {
    tf.tidy(() => {
      const x = tf.randomUniform([batch, side, side, 3], 0, 1, 'float32', 1);
      const target = tf.zeros([batch, side, side, 31]);
      tf.variableGrads(() =>
        tf.mean<tf.Scalar>(tf.abs(tf.sub(model.apply(x, { training: true }) as tf.Tensor, target))),
      );
    });
  };
  step(1, 16)(); // kernels are compiled and tables written
  const pixels = 64 * 64;
  const inputs = 4 * (3 + 31); // x and target, which the step only reads
  const bytesPerPixel = peakBytes(step(2, 64)) / (2 * pixels) - inputs;
  expect((bytesPerPixel * 128 * 128) / 1e6).toBeLessThan(60);
  expect((bytesPerPixel * 128 * 128) / 1e6).toBeGreaterThan(30);
  disposeModel(model);
});
