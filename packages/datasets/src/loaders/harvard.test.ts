import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fixturePath } from '@prismamba/testing';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { fixtureCube } from '../testing/fixture-values.js';
import { harvardWavelengths } from './harvard.js';
import { openDataset } from './open-dataset.js';

let root: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'prismamba-harvard-'));
});
afterEach(() => rm(root, { recursive: true, force: true }));

describe('harvard', () => {
  it.each([
    ['imgf1', 6, 1],
    ['imgf2_uncompressed', 7, 1],
    ['imgf3_smallint_types', 8, 96],
  ])('reads ref and lbl of %s to the last bit', async (id, k, factor) => {
    const source = await openDataset('harvard', fixturePath('harvard'));
    const scene = await source.load(id);
    expect(scene.cube).toEqual(factor === 96 ? fixtureCube(k, 96).map(Math.round) : fixtureCube(k));
    expect(scene.wavelengths).toEqual(harvardWavelengths);
    const mask = Uint8Array.from({ length: 24 * 20 }, (_, i) =>
      (Math.floor(i / 20) + (i % 20)) % 3 === 0 ? 0 : 1,
    );
    expect(scene.mask).toEqual(mask);
    const part = await source.readRegion(id, { row: 2, column: 3, height: 1, width: 4 });
    expect(part.mask).toEqual(mask.subarray(2 * 20 + 3, 2 * 20 + 7));
  });

  it('has bands from 420 to 720 nm and divides by the maximum on request', async () => {
    expect([harvardWavelengths[0], harvardWavelengths.at(-1), harvardWavelengths.length]).toEqual([
      420, 720, 31,
    ]);
    const source = await openDataset('harvard', fixturePath('harvard'), { normalisation: 'maximum' });
    const { cube } = await source.load('imgf3_smallint_types');
    expect(cube).toEqual(fixtureCube(8, 96).map((value) => Math.round(value) / 96));
  });

  it('names scene and file of a truncated file and of an unknown scene', async () => {
    const bytes = await readFile(join(fixturePath('harvard'), 'imgf1.mat'));
    await writeFile(join(root, 'imgf1.mat'), bytes.subarray(0, bytes.length - 300));
    await expect(openDataset('harvard', root)).rejects.toThrow(/harvard: scene 'imgf1': .*imgf1\.mat/);
    await expect(openDataset('harvard', fixturePath('harvard'), { scenes: ['imgf9'] })).rejects.toThrow(
      "unknown scene 'imgf9', did you mean 'imgf1'?",
    );
    await expect(openDataset('harvard', fixturePath('cave'))).rejects.toThrow('harvard: no img*.mat below');
  });
});
