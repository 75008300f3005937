import { cp, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { fixturePath } from '@prismamba/testing';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { nikonD5100 } from '../spectra/cameras.js';
import { patchBatches } from '../patches/patch-batches.js';
import { scenePatches } from '../patches/scene-patches.js';
import { ntire2020Clean } from '../rgb-formation/ntire2020-clean.js';
import type { SceneSource } from '../scene.js';
import { cacheOnDisk } from './cache-on-disk.js';
import { openDatasetSpec } from './open-dataset-spec.js';
import { canReadInWorker, scenesInWorker } from './scenes-in-worker.js';
import { openDataset } from '../loaders/open-dataset.js';
import { buildWorker } from '../testing/build-worker.js';
import { answersWhileBusy } from '../testing/while-busy.js';

let worker: Awaited<ReturnType<typeof buildWorker>>;
beforeAll(async () => {
  worker = await buildWorker('reading-worker');
});
afterAll(() => worker.remove());

let root: string;
let opened: SceneSource[] = [];
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'prismamba-streaming-'));
});
afterEach(async () => {
  for (const source of opened) await source.close?.();
  opened = [];
  await rm(root, { recursive: true, force: true });
});
async function inWorker(...args: Parameters<typeof scenesInWorker>): Promise<SceneSource> {
  const source = await scenesInWorker(args[0], { workerUrl: worker.url, ...args[1] });
  opened.push(source);
  return source;
}

describe('scenesInWorker', () => {
  it.each([1, 2])('reads what the loader reads, to the last bit (%i threads)', async (workers) => {
    const here = await openDataset('cave', fixturePath('cave'));
    const there = await inWorker({ dataset: 'cave', root: fixturePath('cave') }, { workers });
    expect(there.scenes).toEqual(here.scenes);
    expect(there.description).toBe(here.description);
    const region = { row: 2, column: 3, height: 4, width: 5 };
    const [beads, toys, part] = await Promise.all([
      there.load('beads'),
      there.load('toys'),
      there.readRegion('beads', region),
    ]);
    expect(beads).toEqual(await here.load('beads'));
    expect(toys).toEqual(await here.load('toys'));
    expect(part).toEqual(await here.readRegion('beads', region));
  });

  it('takes a recipe by name, with its camera, and hands over masks', async () => {
    const spec = {
      dataset: 'harvard',
      root: fixturePath('harvard'),
      recipe: { name: 'gmsr-harvard', camera: nikonD5100 },
    } as const;
    const there = await inWorker(spec);
    const here = await openDataset('harvard', fixturePath('harvard'));
    const scene = await there.load('imgf1');
    const same = await here.load('imgf1');
    expect(scene.mask).toEqual(same.mask);
    expect(scene.cube).toEqual(same.cube);
    expect(Math.max(...scene.rgb)).toBe(1);
  });

  it('decodes while the main thread computes', async () => {
    const source = await inWorker({ dataset: 'cave', root: fixturePath('cave') });
    expect(await answersWhileBusy(() => source.load('beads'))).toBe(true);
  });

  it('passes errors on by message, and ends when closed', async () => {
    await expect(inWorker({ dataset: 'cave', root: join(root, 'nowhere') })).rejects.toThrow(
      'it does not exist',
    );
    const source = await inWorker({ dataset: 'cave', root: fixturePath('cave') });
    await expect(source.load('bead')).rejects.toThrow("unknown scene 'bead', did you mean 'beads'?");
    await source.close?.();
    await expect(source.load('beads')).rejects.toThrow('the source was closed');
  });

  it('says when its file is missing', async () => {
    const missing = pathToFileURL(join(root, 'no-worker.js'));
    expect(canReadInWorker(missing)).toBe(false);
    await expect(scenesInWorker({ dataset: 'cave', root }, { workerUrl: missing })).rejects.toThrow(
      'no-worker.js',
    );
  });

  it('feeds batches that equal those of the loader', async () => {
    const options = { batchSize: 3, seed: 5 };
    const grid = { size: 8, stride: 6, augment: 'rotate-flip', seed: 5 } as const;
    const ids = ['beads', 'toys'];
    const here = patchBatches(
      scenePatches(await openDataset('cave', fixturePath('cave')), ids, grid),
      options,
    );
    const source = await inWorker({ dataset: 'cave', root: fixturePath('cave') });
    const there = patchBatches(scenePatches(source, ids, grid), options);
    for (let step = 0; step < here.stepsPerEpoch; step++) {
      expect(await there.batchAt(step)).toEqual(await here.batchAt(step));
    }
  });
});

describe('cacheOnDisk', () => {
  it('reads a scene once and its regions from .npy after that', async () => {
    let loads = 0;
    const plain = await openDataset('harvard', fixturePath('harvard'), { recipe: ntire2020Clean() });
    const counted: SceneSource = {
      ...plain,
      load: (id) => {
        loads++;
        return plain.load(id);
      },
    };
    const cached = await cacheOnDisk(counted, root);
    expect(cached.regionReads).toBe(true);
    const region = { row: 4, column: 5, height: 3, width: 2 };
    const [one, two] = await Promise.all([cached.readRegion('imgf1', region), cached.load('imgf1')]);
    expect(one).toEqual(await plain.readRegion('imgf1', region));
    expect(two).toEqual(await plain.load('imgf1'));
    expect(loads).toBe(1);
    const again = await cacheOnDisk(counted, root);
    expect(await again.load('imgf1')).toEqual(two);
    expect(loads).toBe(1);
  });

  it('is kept by the reading thread, shared by splits, and not mixed between recipes', async () => {
    const spec = { dataset: 'harvard', root: fixturePath('harvard'), cacheFolder: root } as const;
    const there = await inWorker({ ...spec, options: { scenes: ['imgf1'] } });
    expect(there.regionReads).toBe(true);
    const scene = await there.load('imgf1');
    expect(scene).toEqual(await (await openDataset('harvard', fixturePath('harvard'))).load('imgf1'));
    expect((await readdir(root)).filter((name) => name.endsWith('cube.npy'))).toEqual(['imgf1.cube.npy']);
    const other = await openDatasetSpec({ ...spec, options: { scenes: ['imgf1', 'imgf2_uncompressed'] } });
    expect(await other.load('imgf1')).toEqual(scene);
    const recipe = { name: 'cie-1931', settings: { illuminant: 'A' } } as const;
    await expect(inWorker({ ...spec, recipe })).rejects.toThrow('holds scenes of another source');
    const noisy = { ...spec, options: { normalisation: 'maximum' } } as const;
    await expect(inWorker(noisy)).rejects.toThrow('holds scenes of another source');
  });

  it('refuses scenes of another source, and leaves nothing of a failed read', async () => {
    await cp(join(fixturePath('cave'), 'beads_ms'), join(root, 'data', 'beads_ms'), { recursive: true });
    const source = await openDataset('cave', join(root, 'data'));
    const folder = join(root, 'cache');
    await (await cacheOnDisk(source, folder)).load('beads');
    await expect(cacheOnDisk(source, folder, { key: 'seed 1' })).rejects.toThrow(
      'holds scenes of another source',
    );
    const broken = await cacheOnDisk(
      { ...source, load: () => Promise.reject(new Error('disk gone')) },
      join(root, 'b'),
    );
    await expect(broken.load('beads')).rejects.toThrow('disk gone');
    expect(await readdir(join(root, 'b'))).toEqual(['cache.json']);
  });
});
