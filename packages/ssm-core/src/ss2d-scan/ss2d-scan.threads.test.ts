import { kernelPool, setThreads, startBackend, startThreads } from '@prismamba/backend';
import { testNumbers } from '@prismamba/testing';
import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-layers'; // registers the gradients of TensorFlow.js' own operators
import { afterAll, beforeAll, expect, it } from 'vitest';
import { ss2dScan } from './ss2d-scan.js';

const [B, H, W, D, R, N] = [2, 96, 72, 6, 1, 16];
const shapes: [number[], number, number][] = [
  [[B, H, W, D], 1, 0],
  [[4, R + 2 * N, D], 0.4, 0],
  [[4, D, R], 0.7, 0],
  [[4, D], 1, -2],
  [[4 * D, N], 1.3, 1],
  [[4 * D], 0.5, 1],
];

beforeAll(() => startBackend('wasm'));
afterAll(() => setThreads(1));

function result(threads: number): Float32Array[] {
  setThreads(threads);
  expect(startThreads().threads).toBe(threads);
  return tf.tidy(() => {
    const inputs = shapes.map(([shape, scale, offset], i) =>
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
    expect(kernelPool()?.report().highWaterMark ?? 0).toBeGreaterThan(threads > 1 ? 4 * B * H * W * D : -1);
    return [value, scan(...inputs), ...grads].map((t) => t.dataSync() as Float32Array);
  });
}

it('has the same bits with 1, 2, 3 and 4 threads, forward and backward', () => {
  const alone = result(1);
  expect(alone[0]!.some((v) => v !== 0)).toBe(true);
  for (const threads of [2, 3, 4]) {
    result(threads).forEach((values, i) => {
      expect(Buffer.compare(Buffer.from(values.buffer), Buffer.from(alone[i]!.buffer)), `output ${i}`).toBe(
        0,
      );
    });
  }
});
