import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { arenaProbeKernel as probe } from '../generated/arena-probe.wasm.js';
import { startBackend } from '../start-backend.js';
import { importSharedMemory, kernelFunctions, useRelaxedSimd } from './kernel-module.js';
import { wasmArena, type WasmArena } from './wasm-arena.js';
import { hasRelaxedSimd, hasSharedMemory } from '../wasm-features.js';

describe('wasmArena', () => {
  let arena: WasmArena;

  beforeAll(async () => {
    await startBackend('wasm');
    const found = wasmArena(tf.backend());
    if (found === undefined) throw new Error('the WASM backend has no arena');
    arena = found;
  });

  it('is one object per backend and undefined where zero-copy is not possible', () => {
    expect(wasmArena(tf.backend())).toBe(arena);
    expect(wasmArena(undefined)).toBeUndefined();
    expect(wasmArena({ wasm: {} })).toBeUndefined();
  });

  it("runs a kernel on the tensors' own bytes", () => {
    const { axpy } = kernelFunctions(arena, probe);
    const x = tf.tensor1d([1, 2, 3, 4]);
    const y = tf.tensor1d([10, 20, 30, 40]);
    axpy(4, 0.5, arena.pointer(x), arena.pointer(y));
    expect([...y.dataSync()]).toEqual([10.5, 21, 31.5, 42]);
    expect(kernelFunctions(arena, probe).axpy).toBe(axpy);
    tf.dispose([x, y]);
  });

  it('survives a growth of the memory between instantiation and call', () => {
    const { axpy } = kernelFunctions(arena, probe);
    const before = arena.report().memoryBytes;
    const large = tf.zeros([before / 4]);
    const x = tf.ones([4]);
    const y = tf.ones([4]);
    axpy(4, 2, arena.pointer(x), arena.pointer(y));
    expect(arena.report().memoryBytes).toBeGreaterThan(before);
    expect([...y.dataSync()]).toEqual([3, 3, 3, 3]);
    tf.dispose([large, x, y]);
  });

  it('makes outputs that TensorFlow.js owns', () => {
    const info = arena.makeOutput([2, 2], 'float32');
    new Float32Array(arena.memory.buffer, arena.pointer(info), 4).set([1, 2, 3, 4]);
    const tensor = tf.engine().makeTensorFromTensorInfo(info);
    expect([...tensor.dataSync()]).toEqual([1, 2, 3, 4]);
    tensor.dispose();
  });

  it('counts scratch and keeps the high-water mark', () => {
    const start = arena.report().scratchBytes;
    const first = arena.malloc(1000);
    const second = arena.malloc(3000);
    expect(first % 16).toBe(0);
    const peak = arena.report();
    expect(peak.scratchBytes - start).toBeGreaterThanOrEqual(4000);
    arena.free(first);
    arena.free(second);
    expect(arena.report().scratchBytes).toBe(start);
    expect(arena.report().scratchHighWaterMark).toBeGreaterThanOrEqual(peak.scratchBytes);
  });

  it('refuses what would corrupt memory, by name', () => {
    const pointer = arena.malloc(16);
    arena.free(pointer);
    expect(() => arena.free(pointer)).toThrow(/WasmArena.free: .* was freed before/);
    expect(() => arena.malloc(2 ** 33)).toThrow(/WasmArena.malloc: no room for 8192 MB.*smaller batch/);
    const module = {
      ...probe,
      name: 'other',
      functions: { ...probe.functions, saxpy: probe.functions.axpy },
    };
    expect(() => kernelFunctions(arena, module)).toThrow(
      /'other' does not export saxpy; run npm run kernels/,
    );
  });

  it('runs the same bytes on shared memory', ({ skip }) => {
    if (!hasSharedMemory()) skip('no shared WebAssembly memory here');
    const memory = new WebAssembly.Memory({ initial: 1, maximum: 65536, shared: true });
    const { axpy } = kernelFunctions({ memory }, probe);
    const numbers = new Float32Array(memory.buffer);
    numbers.set([1, 2, 3, 4, 1, 1, 1, 1], 16);
    axpy(4, 3, 64, 80);
    expect([...numbers.subarray(20, 24)]).toEqual([4, 7, 10, 13]);
    expect(() => importSharedMemory(new Uint8Array(8))).toThrow(/no import section/);
  });

  it('uses the relaxed build where asked, and says so where the engine has none', () => {
    if (hasRelaxedSimd()) {
      useRelaxedSimd(true);
      const x = tf.ones([4]);
      const y = tf.zeros([4]);
      kernelFunctions(arena, probe).axpy(4, 2, arena.pointer(x), arena.pointer(y));
      expect([...y.dataSync()]).toEqual([2, 2, 2, 2]);
      useRelaxedSimd(false);
      tf.dispose([x, y]);
    } else {
      expect(() => useRelaxedSimd(true)).toThrow(/no relaxed SIMD.*Node 20 needs/);
    }
  });
});
