import '@tensorflow/tfjs-layers';
import * as tf from '@tensorflow/tfjs-core';
import { afterAll, describe, expect, it } from 'vitest';
import { wasmArena } from '../arena/wasm-arena.js';
import { setThreads, startBackend, tensorflowThreads } from '../index.js';

afterAll(() => {
  setThreads(1);
});

/** Bytes of what TensorFlow.js's threaded operators and our kernels on their memory compute, forward and backward. */
function compute(): Uint8Array[] {
  const tensors = tf.tidy(() => {
    const x = tf.randomNormal<tf.Rank.R4>([2, 33, 37, 12], 0, 1, 'float32', 1);
    const filter = tf.randomNormal<tf.Rank.R4>([3, 3, 12, 20], 0, 1, 'float32', 2);
    const depth = tf.randomNormal<tf.Rank.R4>([3, 3, 20, 1], 0, 1, 'float32', 3);
    const network = (map: tf.Tensor, weights: tf.Tensor) => {
      const hidden = tf.sigmoid(tf.conv2d(map as tf.Tensor4D, weights as tf.Tensor4D, 1, 'same'));
      const mixed = tf.reshape(
        tf.prelu(tf.depthwiseConv2d(hidden, depth, 1, 'same'), tf.tensor4d([0.1], [1, 1, 1, 1])),
        [-1, 20],
      );
      return tf.matMul(mixed, mixed, true);
    };
    const { value, grads } = tf.valueAndGrads((map: tf.Tensor, weights: tf.Tensor) =>
      tf.sum(network(map, weights)),
    )([x, filter]);
    return [network(x, filter), value, ...grads];
  });
  const bytes = tensors.map((tensor) => new Uint8Array(tensor.dataSync().slice().buffer));
  tf.dispose(tensors);
  return bytes;
}

describe("TensorFlow.js's own threads in Node", () => {
  it('start, share their memory with our kernels, and change no bit', async () => {
    const one = await startBackend('wasm', { tensorflowThreads: 1 });
    expect(one.tensorflowThreads).toEqual({ threads: 1, reason: 'one thread was asked for' });
    expect('PThread' in (tf.backend() as unknown as { wasm: object }).wasm).toBe(false);
    const alone = compute();
    tf.removeBackend('wasm');

    const two = await startBackend('wasm', { tensorflowThreads: 3 });
    expect(two.tensorflowThreads).toEqual({ threads: 3 });
    expect(wasmArena(tf.backend())!.memory.buffer).toBeInstanceOf(SharedArrayBuffer);
    const before = tf.memory().numTensors;
    const together = compute();
    expect(tf.memory().numTensors).toBe(before);
    expect(together.map((bytes) => bytes.length)).toEqual(alone.map((bytes) => bytes.length));
    together.forEach((bytes, i) => expect(Buffer.compare(bytes, alone[i]!)).toBe(0));
    expect('Worker' in globalThis).toBe(false);
  });

  it('keep their number once the backend has started', async () => {
    const report = await startBackend('wasm', { tensorflowThreads: 2 });
    expect(report.tensorflowThreads).toEqual({ threads: 3 });
    expect(tensorflowThreads()).toBe(report.tensorflowThreads);
  });

  it('grow the memory beyond what it starts with', () => {
    const arena = wasmArena(tf.backend())!;
    const before = arena.memory.buffer.byteLength;
    const big = tf.tidy(() => tf.add(tf.ones([2 ** 23]), tf.ones([2 ** 23])));
    expect(arena.memory.buffer.byteLength).toBeGreaterThan(before);
    expect(tf.tidy(() => tf.sum(big).dataSync()[0])).toBe(2 ** 24);
    big.dispose();
  });

  it('refuse a count that makes no sense', async () => {
    await expect(startBackend('wasm', { tensorflowThreads: 0 })).rejects.toThrow(
      'startBackend: tensorflowThreads: got 0, wanted a whole number from 1',
    );
  });

  it('are left alone where the files are not the installed ones, and the report says why', async () => {
    tf.removeBackend('wasm');
    const report = await startBackend('cpu');
    expect(report.backend).toBe('cpu');
    const { useThreadedWasm } = await import('./threaded-wasm.js');
    expect(await useThreadedWasm(undefined, 2)).toEqual({
      threads: 1,
      reason: 'the files of @tensorflow/tfjs-backend-wasm were not found, or wasmPaths names others',
    });
    const { threads, reason } = await useThreadedWasm('/nowhere/dist', 2);
    expect(threads).toBe(1);
    expect(reason).toMatch(/the threaded build did not start \(.*nowhere/s);
  });
});
