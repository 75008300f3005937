import { setThreads, startBackend, startThreads } from '@prismamba/backend';
import { kernelPool } from '@prismamba/backend/internal';
import { testNumbers } from '@prismamba/testing';
import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-layers'; // registers the gradients of TensorFlow.js' own operators
import { afterAll, beforeAll, expect, it } from 'vitest';
import { ss2dScan } from './ss2d-scan.js';

const [D, R, N] = [6, 1, 16];
const shapesOf = (B: number, H: number, W: number): [number[], number, number][] => [
  [[B, H, W, D], 1, 0],
  [[4, R + 2 * N, D], 0.4, 0],
  [[4, D, R], 0.7, 0],
  [[4, D], 1, -2],
  [[4 * D, N], 1.3, 1],
  [[4 * D], 0.5, 1],
];

beforeAll(() => startBackend('wasm'));
afterAll(() => setThreads(1));

function result(threads: number, [B, H, W]: readonly [number, number, number]): Float32Array[] {
  setThreads(threads);
  expect(startThreads().threads).toBe(threads);
  return tf.tidy(() => {
    const inputs = shapesOf(B, H, W).map(([shape, scale, offset], i) =>
      tf.tensor(
        testNumbers(
          shape.reduce((a, b) => a * b, 1),
          i + 1,
          scale,
          offset,
        ),
        shape,
      ),
    );
    const scan = (...t: tf.Tensor[]): tf.Tensor =>
      ss2dScan({
        x: t[0] as tf.Tensor4D,
        xProjWeight: t[1] as tf.Tensor3D,
        dtProjsWeight: t[2] as tf.Tensor3D,
        dtProjsBias: t[3] as tf.Tensor2D,
        ALogs: t[4] as tf.Tensor2D,
        Ds: t[5] as tf.Tensor1D,
      });
    const dy: tf.Tensor = tf.tensor(testNumbers(B * H * W * D, 9), [B, H, W, D]);
    const { value, grads } = tf.valueAndGrads(scan)(inputs, dy);
    expect(kernelPool()?.report().calls ?? 0).toBeGreaterThan(threads > 1 ? 0 : -1);
    return [value, scan(...inputs), ...grads].map((t) => t.dataSync() as Float32Array);
  });
}

// Two images; one, whose column directions get maps of their own from four threads on; lengths no multiple of the chunks.
it.each([
  [2, 96, 72],
  [1, 127, 113],
] as const)('has the same bits with 1 to 5 threads, forward and backward: %i x %i x %i', (...size) => {
  const alone = result(1, size);
  expect(alone[0]!.some((v) => v !== 0)).toBe(true);
  for (const threads of [2, 3, 4, 5]) {
    result(threads, size).forEach((values, i) => {
      expect(
        Buffer.compare(Buffer.from(values.buffer), Buffer.from(alone[i]!.buffer)),
        `output ${i}, ${threads} threads`,
      ).toBe(0);
    });
  }
});
