import { cp, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fixturePath } from '@prismamba/testing';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { listScenes, openDataset, recogniseDataset } from './open-dataset.js';
import { datasetDefinitions, type DatasetName } from './registry.js';

let root: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'prismamba-open-'));
});
afterEach(() => rm(root, { recursive: true, force: true }));

describe('openDataset', () => {
  it.each([
    ['cave', ['beads', 'toys']],
    ['harvard', ['imgf1', 'imgf2_uncompressed', 'imgf3_smallint_types']],
    ['ntire2020', ['ARAD_HS_0001', 'ARAD_HS_0002']],
    ['ntire2022', ['ARAD_1K_0001', 'ARAD_1K_0002', 'ARAD_1K_0003']],
  ] as const)('recognises and opens %s', async (name, ids) => {
    expect(await recogniseDataset(fixturePath(name))).toBe(name);
    expect(await listScenes(name, fixturePath(name))).toEqual(ids);
    const source = await openDataset('auto', fixturePath(name), { scenes: [ids[1]] });
    expect(source.name).toBe(name);
    expect(source.scenes.map(({ id }) => id)).toEqual([ids[1]]);
    const { cube, height, width } = await source.load(ids[1]);
    expect(cube).toHaveLength(height * width * 31);
  });

  it('follows links inside the folder, also where they lead in circles; one that leads out is refused', async () => {
    await mkdir(join(root, 'parts'));
    await cp(fixturePath('ntire2020'), join(root, 'parts', 'spectral'), { recursive: true });
    await symlink(join(root, 'parts', 'spectral'), join(root, 'spectral'));
    await mkdir(join(root, 'more'));
    await symlink(root, join(root, 'more', 'circle'));
    await symlink(join(root, 'nothing'), join(root, 'broken.mat'));
    expect(await recogniseDataset(root)).toBe('ntire2020');
    expect((await openDataset('auto', root)).scenes).toHaveLength(2);
    await symlink(fixturePath('ntire2022'), join(root, 'outside'));
    await expect(openDataset('ntire2020', root)).rejects.toThrow(
      /the link '.*outside' leads out of the folder, to '.*ntire2022'; name that folder itself/,
    );
  });

  it('refuses options that would have no effect, and RGB files where there are none', async () => {
    await expect(openDataset('cave', fixturePath('cave'), { divisor: 4095 })).rejects.toThrow(
      "openDataset: the data set 'cave' takes no option 'divisor'",
    );
    await expect(openDataset('ntire2022', fixturePath('ntire2022'), { track: 'clean' })).rejects.toThrow(
      /takes no option 'track'; it takes .*normFactor/,
    );
    await expect(openDataset('harvard', fixturePath('harvard'), { rgbFiles: true })).rejects.toThrow(
      "'harvard' has no RGB images that fit its cubes; name a recipe",
    );
  });

  it('has a row for every data set in the README', async () => {
    const readme = await readFile(join(import.meta.dirname, '../../README.md'), 'utf8');
    for (const { name } of datasetDefinitions) expect(readme).toMatch(new RegExp(`^\\| .${name}. +\\|`, 'm'));
  });

  it('explains what it does not know', async () => {
    await expect(openDataset('kave' as DatasetName, root)).rejects.toThrow(
      "unknown data set 'kave', did you mean 'cave'?",
    );
    await expect(recogniseDataset(join(root, 'nowhere'))).rejects.toThrow("nowhere': it does not exist");
    await writeFile(join(root, 'readme.txt'), 'nothing');
    await expect(recogniseDataset(root)).rejects.toThrow('holds no data set that is known here');
    await cp(fixturePath('cave'), join(root, 'complete_ms_data'), { recursive: true });
    await expect(recogniseDataset(root)).rejects.toThrow(
      /did you mean '.*complete_ms_data', which holds CAVE scenes\?/,
    );
  });
});
