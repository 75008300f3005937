import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { startBackend } from '../start-backend.js';
import { cutRanges } from '../work-ranges.js';
import { clearFloats, withScratch } from './scratch.js';
import { arenaOf } from './arena-of.js';
import type { WasmArena } from './wasm-arena.js';

describe('what the launchers of kernels share', () => {
  let arena: WasmArena;

  beforeAll(async () => {
    await startBackend('wasm');
    arena = arenaOf('Test', tf.backend());
  });

  it('withScratch: aligned blocks that do not overlap, freed after', () => {
    const before = arena.report().scratchBytes;
    const result = withScratch(arena, [5, 0, 40, 16], (...pointers) => {
      expect(arena.report().scratchBytes).toBeGreaterThanOrEqual(before + 16 + 48 + 16);
      const [a, b, c, d] = pointers as [number, number, number, number];
      expect(pointers.map((pointer) => pointer % 16)).toEqual([0, 0, 0, 0]);
      expect([b - a, c - b, d - c]).toEqual([16, 0, 48]);
      return 'done';
    });
    expect(result).toBe('done');
    expect(arena.report().scratchBytes).toBe(before);
  });

  it('withScratch frees where the body throws', () => {
    const before = arena.report().scratchBytes;
    const failing = () =>
      withScratch(arena, [64], () => {
        throw new Error('from the body');
      });
    expect(failing).toThrow('from the body');
    expect(arena.report().scratchBytes).toBe(before);
  });

  it('clearFloats clears that many floats and no more', () => {
    withScratch(arena, [64], (pointer) => {
      const floats = new Float32Array(arena.memory.buffer, pointer, 8).fill(7);
      clearFloats(arena, pointer + 4, 5);
      expect([...floats]).toEqual([7, 0, 0, 0, 0, 0, 7, 7]);
    });
  });

  it('arenaOf names the kernel', () => {
    expect(() => arenaOf('SelectiveScan', {})).toThrow(
      'SelectiveScan: this version of the WASM backend gives no access to its memory',
    );
  });

  it('cutRanges covers every item once, the last range smaller', () => {
    expect(cutRanges(10, 4)).toEqual([
      { first: 0, end: 4 },
      { first: 4, end: 8 },
      { first: 8, end: 10 },
    ]);
    expect(cutRanges(8, 4)).toHaveLength(2);
    expect(cutRanges(0, 4)).toEqual([]);
  });
});
