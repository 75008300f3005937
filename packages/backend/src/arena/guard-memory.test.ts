import * as tf from '@tensorflow/tfjs-core';
import { expect, it } from 'vitest';
import { startBackend } from '../start-backend.js';
import { guardMemory } from './guard-memory.js';
import { wasmArena } from './wasm-arena.js';

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

it('a tensor that would end beyond 4 GB is an error, and what is in the memory stays as it is', async () => {
  await startBackend('wasm');
  const factory = tf.findBackendFactory('wasm');
  const before = tf.memory().numTensors;
  const { memory, pointer } = wasmArena(tf.backend())!;
  const backend = tf.backend() as unknown as { makeOutput(shape: number[], dtype: string): tf.TensorInfo };
  // Memory that nobody writes to costs nothing.
  const megabytes = (count: number) => {
    const { dataId } = backend.makeOutput([count, 2 ** 18], 'float32');
    return tf.engine().makeTensorFromDataId(dataId, [count, 2 ** 18], 'float32');
  };
  const range = (tensor: tf.Tensor) => [pointer(tensor), pointer(tensor) + 4 * tensor.size] as const;
  const [first, second, third] = [megabytes(800), megabytes(1500), megabytes(1500)] as const;
  for (const count of [400, 600]) {
    expect(() => megabytes(count)).toThrow(
      new RegExp(`no room for ${count} MB \\(memory is 38\\d\\d MB, WASM allows 4096 MB\\)`),
    );
  }
  expect(() => wasmArena(tf.backend())!.malloc(4e8)).toThrow(/WasmArena\.malloc: no room for 381 MB/);
  expect(memory.buffer.byteLength).toBeLessThan(2 ** 32);

  const values = tf.range(0, 1000);
  // A hole that others have left is used, and overlaps with nothing.
  second.dispose();
  const inHole = [megabytes(600), megabytes(700)];
  expect(() => megabytes(600)).toThrow('no room');
  const small = Array.from({ length: 20 }, () => megabytes(1));
  const all = [values, first, third, ...inHole, ...small].map(range).sort(([a], [b]) => a - b);
  all.forEach(([, end], i) => expect(end).toBeLessThanOrEqual(all[i + 1]?.[0] ?? memory.buffer.byteLength));
  expect(await values.data()).toEqual(Float32Array.from({ length: 1000 }, (_, i) => i));
  tf.dispose([values, first, third, inHole, small]);
  expect(tf.memory().numTensors).toBe(before);

  // A memory never shrinks: the tests that follow have a new one.
  tf.removeBackend('wasm');
  tf.registerBackend('wasm', factory, 2);
  await startBackend('wasm');
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
