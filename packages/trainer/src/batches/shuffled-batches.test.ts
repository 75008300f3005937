import { describe, expect, it } from 'vitest';
import { smallPatches } from '../testing/small-model.js';
import { shuffledBatches, stackPatches, type PatchSet } from './shuffled-batches.js';

/** Patches that hold nothing but their number. */
const numbered = (length: number): PatchSet => ({
  length,
  patchAt: (index) => ({
    rgb: Float32Array.of(index, 0, 0),
    cube: Float32Array.of(index),
    height: 1,
    width: 1,
  }),
});
const numbers = async (source: ReturnType<typeof shuffledBatches>, step: number) => [
  ...(await source.batchAt(step)).cube,
];

describe('shuffledBatches', () => {
  it('visits each patch once an epoch, in another order each epoch', async () => {
    const source = shuffledBatches(numbered(12), { batchSize: 4, seed: 1 });
    expect(source.stepsPerEpoch).toBe(3);
    const epoch = async (first: number) => [
      ...(await numbers(source, first)),
      ...(await numbers(source, first + 1)),
      ...(await numbers(source, first + 2)),
    ];
    const one = await epoch(0);
    const two = await epoch(3);
    expect([...one].sort((a, b) => a - b)).toEqual([...Array(12).keys()]);
    expect([...two].sort((a, b) => a - b)).toEqual([...Array(12).keys()]);
    expect(two).not.toEqual(one);
  });
  it('is a function of seed and step alone', async () => {
    const one = shuffledBatches(numbered(50), { batchSize: 4, seed: 1 });
    await numbers(one, 40);
    const again = shuffledBatches(numbered(50), { batchSize: 4, seed: 1 });
    const other = shuffledBatches(numbered(50), { batchSize: 4, seed: 2 });
    expect(await numbers(one, 5)).toEqual(await numbers(again, 5));
    expect(await numbers(other, 5)).not.toEqual(await numbers(one, 5));
  });
  it('drops the last, smaller batch unless told to keep it', async () => {
    expect(shuffledBatches(numbered(10), { batchSize: 4, seed: 1 }).stepsPerEpoch).toBe(2);
    const kept = shuffledBatches(numbered(10), { batchSize: 4, seed: 1, dropLast: false, shuffle: false });
    expect(kept.stepsPerEpoch).toBe(3);
    expect(await numbers(kept, 2)).toEqual([8, 9]);
  });
  it('refuses a batch larger than the set', () => {
    expect(() => shuffledBatches(numbered(3), { batchSize: 4, seed: 1 })).toThrow(
      '3 patches do not fill one batch of 4',
    );
    expect(() => shuffledBatches(numbered(3), { batchSize: 0, seed: 1 })).toThrow('batchSize is 0');
  });
  it('refuses patches of different sizes', async () => {
    const a = await smallPatches(1).patchAt(0, 0);
    const b = await smallPatches(1, { size: 5 }).patchAt(0, 0);
    expect(() => stackPatches([a, b])).toThrow(/stackPatches: patch 1 is 5 x 5/);
  });
});
