import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DatasetError } from '../dataset-error.js';
import { patchBatches } from '../patches/patch-batches.js';
import { scenePatches } from '../patches/scene-patches.js';
import type { PatchPhoto } from '../patches/photo-augmentation.js';
import { nikonD5100 } from '../spectra/cameras.js';
import { syntheticScenes } from '../synthetic-scenes/synthetic-scenes.js';
import { buildWorker } from '../testing/build-worker.js';
import { answersWhileBusy } from '../testing/while-busy.js';
import { photoInWorker } from './photo-in-worker.js';
import { openPhotoSpec, type PhotoSpec } from './photo-spec.js';
import { NoThreadError } from './worker-thread.js';

const { wavelengths } = syntheticScenes();
const photos: PhotoSpec = {
  kind: 'photo',
  cameras: [nikonD5100],
  syntheticCameras: 0.5,
  illuminants: ['D65', 'A'],
  exposure: [0.4, 2],
  electrons: [1000, 50_000],
  readSigma: [0, 0.003],
  jpegQuality: [50, 98],
  jpegPart: 0.6,
};
const exposures: PhotoSpec = {
  kind: 'exposure',
  recipe: { name: 'ntire2022', camera: nikonD5100, settings: { jpegQuality: 80 } },
  exposure: [0.4, 1.5],
};

let worker: Awaited<ReturnType<typeof buildWorker>>;
let folder: string;
beforeAll(async () => {
  worker = await buildWorker('photo-worker');
  folder = mkdtempSync(join(tmpdir(), 'prismamba photo '));
});
afterAll(() => {
  worker.remove();
  rmSync(folder, { recursive: true, force: true });
});
const open = (spec: PhotoSpec) => photoInWorker(spec, { workerUrl: worker.url });

describe('photoInWorker', () => {
  it.each([
    ['photos of many cameras', photos],
    ['other exposures', exposures],
  ])('forms the batches of the calling thread, to the last bit, in any order: %s', async (_, spec) => {
    const source = syntheticScenes({ train: 2, test: 1, height: 24, width: 24, seed: 3 });
    const batches = (photo: PatchPhoto) =>
      patchBatches(
        scenePatches(source, source.split.train, {
          size: 8,
          stride: 8,
          augment: 'rotate-flip',
          photo,
          seed: 5,
        }),
        { batchSize: 4, seed: 5 },
      );
    const here = batches(openPhotoSpec(spec));
    const thread = await open(spec);
    const there = batches(thread.photo);
    // The last step first, as after a resume.
    for (const step of [5, 0, 1, 2, 3, 4]) {
      const batch = await there.batchAt(step);
      expect(batch).toEqual(await here.batchAt(step));
      expect(new Set(batch.rgb).size).toBeGreaterThan(10);
    }
    await thread.close();
  });

  it('forms photos while the calling thread computes', async () => {
    const { photo, close } = await open(photos);
    const patch = new Float32Array(16 * 31).fill(0.4);
    expect(await answersWhileBusy(() => photo(patch, 4, wavelengths, 1))).toBe(true);
    await close();
  });

  it('leaves the patch to its owner', async () => {
    const { photo, close } = await open(photos);
    const cube = new Float32Array(4 * 31).fill(0.5);
    await photo(cube, 2, wavelengths, 1);
    expect(cube).toEqual(new Float32Array(4 * 31).fill(0.5));
    await close();
  });

  it('passes errors on: of the augmentation, of a patch, and of a thread that was closed', async () => {
    await expect(open({ ...photos, exposure: [2, 1] })).rejects.toThrow('exposure is [2, 1]');
    const { photo, close } = await open(photos);
    await expect(photo(new Float32Array(7), 2, wavelengths, 1)).rejects.toThrow(
      'formRgb: cube has 7 values, wanted 2 x 2 x 31 bands',
    );
    expect((await photo(new Float32Array(4 * 31), 2, wavelengths, 1)).rgb).toHaveLength(12);
    const late = photo(new Float32Array(4 * 31), 2, wavelengths, 1);
    await Promise.all([expect(late).rejects.toThrow('photoInWorker: the thread was closed'), close()]);
    await expect(photo(new Float32Array(4 * 31), 2, wavelengths, 1)).rejects.toThrow('the thread was closed');
  });

  it('tells a thread that cannot be had from a wrong setting', async () => {
    const broken = join(folder, 'broken.js');
    writeFileSync(broken, 'throw new Error("no memory for this thread");');
    for (const [file, reason] of [
      [join(folder, 'missing.js'), 'there is no worker file'],
      [broken, 'no memory for this thread'],
    ] as const) {
      const failed = photoInWorker(photos, { workerUrl: pathToFileURL(file) });
      await expect(failed).rejects.toThrow(reason);
      await expect(failed).rejects.toBeInstanceOf(NoThreadError);
      await expect(failed).rejects.toBeInstanceOf(DatasetError);
    }
    await expect(open({ ...photos, exposure: [2, 1] })).rejects.not.toBeInstanceOf(NoThreadError);
  });

  it('what ends in the middle of its work fails what was asked of it', async () => {
    const dying = join(folder, 'dying.mjs');
    writeFileSync(
      dying,
      `import { parentPort } from 'node:worker_threads';
parentPort.postMessage({ kind: 'ready' });
parentPort.on('message', () => { throw new Error('out of everything'); });`,
    );
    const { photo } = await photoInWorker(photos, { workerUrl: pathToFileURL(dying) });
    const asked = photo(new Float32Array(4 * 31), 2, wavelengths, 1);
    await expect(asked).rejects.toThrow('photoInWorker: the thread failed: out of everything');
    await expect(asked).rejects.not.toBeInstanceOf(NoThreadError);
  });
});
