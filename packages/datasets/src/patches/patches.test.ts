import { describe, expect, it } from 'vitest';
import type { Scene, SceneSource } from '../scene.js';
import { cropScene } from '../scene.js';
import { createRandom } from '@prismamba/core';
import { applySymmetry, drawSymmetry } from './augmentation.js';
import { paperPatches } from './paper-patches.js';
import { patchBatches } from './patch-batches.js';
import { patchCount, patchRegions } from './patch-grid.js';
import { scenePatches } from './scene-patches.js';

/** Scenes whose value at (scene, row, column, band) tells where it came from. */
function countingSource(count: number, height: number, width: number, regionReads: boolean) {
  const wavelengths = [500, 600];
  const reads = { load: 0, region: 0, inFlight: 0, mostInFlight: 0 };
  const make = (id: string): Scene => {
    const number = Number(id.slice(1));
    const value = (row: number, column: number) => number * 10_000 + row * 100 + column;
    const cube = new Float32Array(height * width * 2);
    const rgb = new Float32Array(height * width * 3);
    for (let row = 0; row < height; row++) {
      for (let column = 0; column < width; column++) {
        const at = row * width + column;
        cube.set([value(row, column), -value(row, column)], at * 2);
        rgb.set([value(row, column), 1, 2], at * 3);
      }
    }
    return { id, cube, rgb, height, width, wavelengths };
  };
  const slowly = async <T>(kind: 'load' | 'region', result: () => T): Promise<T> => {
    reads[kind]++;
    reads.inFlight++;
    reads.mostInFlight = Math.max(reads.mostInFlight, reads.inFlight);
    await new Promise((resolve) => setTimeout(resolve, 1));
    reads.inFlight--;
    return result();
  };
  const source: SceneSource = {
    name: 'counting',
    description: 'for tests',
    synthetic: true,
    wavelengths,
    scenes: Array.from({ length: count }, (_, i) => ({ id: `s${i}`, height, width, bands: 2 })),
    regionReads,
    notes: [],
    load: (id) => slowly('load', () => make(id)),
    readRegion: (id, region) => slowly('region', () => cropScene(make(id), region)),
  };
  return { source, reads, ids: source.scenes.map(({ id }) => id), bytes: height * width * 5 * 4 };
}

describe('patchRegions', () => {
  it.each([
    ['gmsr', 482, 512, 450, 18_900],
    ['gmsr', 512, 512, 28, 1372],
    ['gmsr', 1040, 1392, 43, 12_900],
    ['mst-plus-plus', 482, 512, 1, 2205],
    ['agd-net', 512, 512, 20, 320],
    ['agd-net', 1040, 1392, 1, 80],
    ['agd-net-ntire2020', 482, 512, 1, 16],
  ] as const)(
    '%s on %i x %i, %i images: the published %i patches',
    (name, height, width, images, published) => {
      const { grid } = paperPatches[name];
      expect(patchCount(height, width, grid) * images).toBe(published);
      expect(patchRegions(height, width, grid)).toHaveLength(published / images);
    },
  );

  it('drops or keeps the remainder', () => {
    const grid = { size: 4, stride: 3 };
    expect(patchRegions(9, 4, grid).map(({ row }) => row)).toEqual([0, 3]);
    expect(patchRegions(9, 4, { ...grid, edge: 'flush' }).map(({ row }) => row)).toEqual([0, 3, 5]);
    expect(patchCount(9, 4, { ...grid, edge: 'flush' })).toBe(3);
    expect(patchCount(3, 9, grid)).toBe(0);
    expect(patchCount(7, 7, { ...grid, edge: 'flush' })).toBe(4);
  });

  it('refuses a stride of 0', () => {
    expect(() => patchRegions(9, 9, { size: 4, stride: 0 })).toThrow(
      'stride (rows) must be an integer >= 1, got 0',
    );
  });
});

describe('applySymmetry', () => {
  const image = Float32Array.of(1, 2, 3, 4); // [[1, 2], [3, 4]]
  const turn = (quarterTurns: 0 | 1 | 2 | 3, flipRows = false, flipColumns = false) => [
    ...applySymmetry(image, 2, 1, { quarterTurns, flipRows, flipColumns }),
  ];

  it('turns counter-clockwise, then flips', () => {
    expect(turn(0)).toEqual([1, 2, 3, 4]);
    expect(turn(1)).toEqual([2, 4, 1, 3]); // numpy.rot90
    expect(turn(2)).toEqual([4, 3, 2, 1]);
    expect(turn(3)).toEqual([3, 1, 4, 2]);
    expect(turn(0, true)).toEqual([3, 4, 1, 2]);
    expect(turn(0, false, true)).toEqual([2, 1, 4, 3]);
    expect(turn(1, true)).toEqual([1, 3, 2, 4]);
  });

  it('draws every symmetry', () => {
    const random = createRandom(1);
    const seen = new Set(Array.from({ length: 400 }, () => JSON.stringify(drawSymmetry(random))));
    expect(seen.size).toBe(16);
  });
});

describe('scenePatches', () => {
  it('cuts rgb and cube at the same place', async () => {
    const { source, ids } = countingSource(3, 10, 12, false);
    const patches = scenePatches(source, ids, { size: 4, stride: 3 });
    expect(patches.length).toBe(3 * 3 * 3);
    const patch = await patches.patchAt(14); // scene 1, fifth patch: row 3, column 6... counted row by row
    expect(patches.placeOf(14)).toEqual({
      sceneId: 's1',
      region: { row: 3, column: 6, height: 4, width: 4 },
    });
    expect(patch.rgb[0]).toBe(10_306);
    expect(patch.cube[0]).toBe(10_306);
    expect(patch.cube[1]).toBe(-10_306);
    expect(patch.rgb[(3 * 4 + 2) * 3]).toBe(10_608);
  });

  it('augments rgb and cube alike, by seed and draw only', async () => {
    const { source, ids } = countingSource(1, 8, 8, false);
    const patches = scenePatches(source, ids, { size: 8, stride: 8, augment: 'rotate-flip', seed: 3 });
    const corners = new Set<number>();
    for (let draw = 0; draw < 40; draw++) {
      const patch = await patches.patchAt(0, draw);
      expect([...patch.cube].filter((_, i) => i % 2 === 0)).toEqual(
        [...patch.rgb].filter((_, i) => i % 3 === 0),
      );
      corners.add(patch.rgb[0]!);
      expect((await patches.patchAt(0, draw)).rgb).toEqual(patch.rgb);
    }
    expect(corners.size).toBe(4);
  });

  it('explains scenes that are too small and patches that do not exist', async () => {
    const { source, ids } = countingSource(1, 8, 8, false);
    expect(() => scenePatches(source, ids, { size: 9, stride: 1 })).toThrow(
      "scene 's0' of counting has 8 x 8 pixels, too few for a patch of 9 x 9",
    );
    await expect(scenePatches(source, ids, { size: 8, stride: 1 }).patchAt(1)).rejects.toThrow(
      'patch 1 does not exist, there are 1',
    );
  });
});

describe('patchBatches', () => {
  const firstValues = (batch: { rgb: Float32Array; size: number }) => {
    const stride = batch.rgb.length / batch.size;
    return Array.from({ length: batch.size }, (_, i) => batch.rgb[i * stride]!);
  };

  it('visits every patch once an epoch in a seeded global order that changes by epoch', async () => {
    const { source, ids } = countingSource(4, 8, 8, false);
    const patches = scenePatches(source, ids, { size: 4, stride: 4 });
    const batches = patchBatches(patches, { batchSize: 4, seed: 1 });
    const epochs: number[][] = [];
    for (const epoch of [0, 1]) {
      const values: number[] = [];
      for await (const batch of batches.epoch(epoch)) values.push(...firstValues(batch));
      epochs.push(values);
    }
    expect(new Set(epochs[0]).size).toBe(16);
    expect([...epochs[0]!].sort()).toEqual([...epochs[1]!].sort());
    expect(epochs[0]).not.toEqual(epochs[1]);
    // global: the first batch mixes scenes
    expect(new Set(epochs[0]!.slice(0, 4).map((v) => Math.floor(v / 10_000))).size).toBeGreaterThan(1);
    const again = patchBatches(patches, { batchSize: 4, seed: 1, prefetch: 0 });
    expect(firstValues(await again.batchAt(5))).toEqual(epochs[1]!.slice(4, 8));
    const other = patchBatches(patches, { batchSize: 4, seed: 2 });
    expect(firstValues(await other.batchAt(0))).not.toEqual(epochs[0]!.slice(0, 4));
  });

  it.each([true, false])(
    'keeps memory bounded with a small cache (region reads: %s)',
    async (regionReads) => {
      const { source, ids, bytes, reads } = countingSource(10, 16, 16, regionReads);
      const limit = Math.floor(bytes * 2.5);
      const patches = scenePatches(source, ids, { size: 8, stride: 8, cacheBytes: limit });
      const batches = patchBatches(patches, { batchSize: 8, seed: 4, prefetch: 2 });
      const values: number[] = [];
      for await (const batch of batches.epoch(0)) values.push(...firstValues(batch));
      expect(new Set(values).size).toBe(40);
      expect(patches.cache.peakBytes).toBeLessThanOrEqual(limit);
      expect(patches.cache.peakBytes).toBeGreaterThan(0);
      if (regionReads) expect(reads.load).toBe(2); // the rest is read by regions, nothing is thrown out
      else expect(reads.mostInFlight).toBeLessThanOrEqual(2);
    },
  );

  it('reads a scene once when everything fits, and scenes above the limit one at a time', async () => {
    const fits = countingSource(3, 8, 8, false);
    const patches = scenePatches(fits.source, fits.ids, { size: 4, stride: 2 });
    for await (const batch of patchBatches(patches, { batchSize: 9 }).epoch(0)) expect(batch.size).toBe(9);
    expect(fits.reads.load).toBe(3);
    const large = countingSource(2, 8, 8, false);
    const tight = scenePatches(large.source, large.ids, { size: 4, stride: 4, cacheBytes: 10 });
    for await (const batch of patchBatches(tight, { batchSize: 8 }).epoch(0)) expect(batch.size).toBe(8);
    expect(large.reads.mostInFlight).toBe(1);
    expect(tight.cache.peakBytes).toBe(0);
  });

  it('reads the next batch while the caller works on this one', async () => {
    const { source, ids, reads } = countingSource(4, 4, 4, false);
    const patches = scenePatches(source, ids, { size: 4, stride: 4 });
    const batches = patchBatches(patches, { batchSize: 1, shuffle: false });
    await batches.batchAt(0);
    await new Promise((resolve) => setTimeout(resolve, 10)); // the caller computes
    expect(reads.load).toBe(2);
  });

  it('tells a failed read when the batch is asked for, and tries again the next time', async () => {
    const { source, ids } = countingSource(2, 4, 4, false);
    let broken = true;
    const flaky: SceneSource = {
      ...source,
      load: (id) => (broken && id === 's1' ? Promise.reject(new Error('disk gone')) : source.load(id)),
    };
    const batches = patchBatches(scenePatches(flaky, ids, { size: 4, stride: 4 }), {
      batchSize: 1,
      shuffle: false,
    });
    await batches.batchAt(0);
    await expect(batches.batchAt(1)).rejects.toThrow('disk gone');
    broken = false;
    expect((await batches.batchAt(1)).size).toBe(1);
  });

  it('drops the last smaller batch, or keeps it', async () => {
    const { source, ids } = countingSource(5, 4, 4, false);
    const patches = scenePatches(source, ids, { size: 4, stride: 4 });
    expect(patchBatches(patches, { batchSize: 2 }).stepsPerEpoch).toBe(2);
    const kept = patchBatches(patches, { batchSize: 2, dropLast: false });
    expect(kept.stepsPerEpoch).toBe(3);
    expect((await kept.batchAt(2)).size).toBe(1);
    expect(() => patchBatches(patches, { batchSize: 6 })).toThrow('5 patches do not fill one batch of 6');
  });
});
