import * as tf from '@tensorflow/tfjs-core';
import { expect, it } from 'vitest';
import { startBackend } from '../start-backend.js';
import { guardMemory } from './guard-memory.js';

it('a tensor beyond what WASM allows is an error with its shape and a remedy, not another tensor of 4 GB less', async () => {
  await startBackend('wasm');
  const before = tf.memory().numTensors;
  // 2500 x 2500 pixels, four times 62 channels: what --protocol whole comes to in a block of GMSR-Net.
  expect(() => tf.fill([1, 2500, 2500, 248], 1)).toThrow(
    /no room for 5913 MB \(memory is \d+ MB, WASM allows 4096 MB\)\. Use a smaller batch or smaller tiles/,
  );
  expect(() => tf.fill([1, 2500, 2500, 248], 1)).toThrow('makeOutput [1, 2500, 2500, 248] (float32)');
  expect(tf.memory().numTensors).toBe(before);
  const values = [1, 2.5, -3];
  expect([...tf.tidy(() => tf.add(tf.tensor1d(values), tf.fill([3], 1))).dataSync()]).toEqual([2, 3.5, -2]);
});

it('a full memory is an error before anything is written', () => {
  const memory = new WebAssembly.Memory({ initial: 1 });
  const data = new Map<object, { memoryOffset: number }>();
  const backend = {
    wasm: {
      _malloc: () => 0,
      _free: () => undefined,
      wasmMemory: memory,
      HEAPU8: new Uint8Array(memory.buffer),
    },
    dataIdMap: data,
    makeOutput: () => undefined,
    disposeData: (id: object) => data.delete(id),
    // As TensorFlow.js does it.
    move(id: object, values: Float32Array | null) {
      data.set(id, { memoryOffset: this.wasm._malloc() });
      if (values !== null) this.wasm.HEAPU8.set(new Uint8Array(values.buffer), 0);
    },
  };
  guardMemory(backend);
  const move = backend.move as unknown as (...args: unknown[]) => void;
  expect(() => {
    move({}, Float32Array.of(1, 2), [1, 2], 'float32', 1);
  }).toThrow('makeOutput [1, 2] (float32): no room for 0 MB');
  expect(backend.wasm.HEAPU8.slice(0, 8)).toEqual(new Uint8Array(8));
  expect(data.size).toBe(0);
});
