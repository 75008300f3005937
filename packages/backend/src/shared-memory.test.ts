import { readFileSync } from 'node:fs';
import * as tf from '@tensorflow/tfjs-core';
import { afterAll, expect, it } from 'vitest';
import { wasmArena } from './arena/wasm-arena.js';
import { setThreads, startBackend, startThreads } from './index.js';
import { arenaProbeKernel } from './generated/arena-probe.wasm.js';
import { defineSharedMemory } from './shared-memory.js';
import { findInstalledWasmFolder } from './wasm-files.js';

afterAll(() => {
  setThreads(1);
});

it('declares the memory of the installed module as shared and changes nothing else', () => {
  const bytes = new Uint8Array(readFileSync(`${findInstalledWasmFolder()}tfjs-backend-wasm-simd.wasm`));
  const shared = defineSharedMemory(bytes)!;
  expect(shared).toHaveLength(bytes.length);
  const changed = [...shared.keys()].filter((i) => shared[i] !== bytes[i]);
  expect(changed.map((i) => [bytes[i], shared[i]])).toEqual([[1, 3]]);
});

it('gives up on modules whose memory is not their own or has no maximum', () => {
  const header = [0, 97, 115, 109, 1, 0, 0, 0];
  expect(
    defineSharedMemory(Uint8Array.from(atob(arenaProbeKernel.base64), (char) => char.charCodeAt(0))),
  ).toBeUndefined();
  expect(defineSharedMemory(Uint8Array.from([...header, 5, 3, 1, 0, 1]))).toBeUndefined();
  expect(defineSharedMemory(Uint8Array.from([...header, 5, 4, 1, 1, 1, 2]))).toEqual(
    Uint8Array.from([...header, 5, 4, 1, 3, 1, 2]),
  );
  expect(defineSharedMemory(Uint8Array.from([...header, 5]))).toBeUndefined();
});

it('a backend that was started for one thread can have more later, on its own memory', async () => {
  const { fetch } = tf.env().platform;
  const report = await startBackend('wasm', { threads: 1 });
  expect(report.tensorflowThreads.threads).toBe(1);
  expect(tf.env().platform.fetch).toBe(fetch);
  const { memory } = wasmArena(tf.backend())!;
  expect(memory.buffer).toBeInstanceOf(SharedArrayBuffer);
  setThreads(2);
  expect(startThreads()).toEqual({ threads: 2, wanted: 2 });
  const values = tf.tidy(() => tf.matMul(tf.ones([3, 5]), tf.ones([5, 2])).dataSync());
  expect([...values]).toEqual([5, 5, 5, 5, 5, 5]);
  expect(values.buffer).toBeInstanceOf(ArrayBuffer);
});
