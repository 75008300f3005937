import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readPng, writeNpy } from '@prismamba/formats';
import { readFileBytesSync } from '@prismamba/formats/node';
import { fixturePath } from '@prismamba/testing';
import { afterAll, expect, describe, it } from 'vitest';
import { loadExperiment } from '../config/load-experiment.js';
import { openData } from './open-data.js';

const folder = mkdtempSync(join(tmpdir(), 'open-data-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Opens an experiment whose `data` is the given YAML; its split has one scene for training and one for test. */
async function open(data: string, train: string, test: string) {
  const split = join(folder, 'split.json');
  writeFileSync(split, JSON.stringify({ train: [train], test: [test] }));
  const file = join(folder, 'e.yaml');
  writeFileSync(
    file,
    `name: small
title: A small one
about: For a test
command: none
cost: nothing
expected: nothing
model: { name: gmsr-net }
patches: { size: 8, stride: 8 }
training: { duration: 2 steps, batch_size: 2 }
data: { ${data}, split: '${split}' }
`,
  );
  return openData(await loadExperiment(file, []));
}

describe('openData', () => {
  it("takes a challenge's own RGB images with `rgb: files`, and forms RGB otherwise", async () => {
    const root = fixturePath('ntire2020');
    const png = join(root, 'ARAD_HS_0002_clean.png');
    const stored = Float32Array.from(
      readPng(readFileBytesSync(png), { name: png }).data,
      (code) => code / 255,
    );
    const own = await open(`source: auto, folder: '${root}', rgb: files`, 'ARAD_HS_0001', 'ARAD_HS_0002');
    expect((await own.load('ARAD_HS_0002')).rgb).toEqual(stored);
    const formed = await open(`source: ntire2020, folder: '${root}'`, 'ARAD_HS_0001', 'ARAD_HS_0002');
    expect((await formed.load('ARAD_HS_0002')).rgb).not.toEqual(stored);
    const stretched = await open(
      `source: ntire2020, folder: '${root}', rgb: files, files: { rgb_normalisation: min-max }`,
      'ARAD_HS_0001',
      'ARAD_HS_0002',
    );
    expect(Math.max(...(await stretched.load('ARAD_HS_0002')).rgb)).toBe(1);
  });

  it('reads the cubes of a plain folder as the file says', async () => {
    for (const name of ['a', 'b']) {
      const data = Uint16Array.from({ length: 29 * 8 * 16 }, () => 2500);
      writeFileSync(join(folder, `${name}.npy`), writeNpy({ dtype: 'uint16', shape: [29, 8, 16], data }));
    }
    const wavelengths = Array.from({ length: 29 }, (_, i) => 420 + 10 * i).join(', ');
    const { load } = await open(
      `source: folder, folder: '${folder}', files: { wavelengths: [${wavelengths}], outside: nearest, divisor: 10000 }`,
      'a',
      'b',
    );
    const { cube, height, width } = await load('a');
    expect([height, width, cube.length, cube[0]]).toEqual([8, 16, 8 * 16 * 31, 0.25]);
  });

  it('refuses `rgb: files` where there are none', async () => {
    const cave = `source: cave, folder: '${fixturePath('cave')}', rgb: files`;
    await expect(open(cave, 'beads', 'toys')).rejects.toThrow(
      /data\.rgb: the data set 'cave' has no RGB images that fit its cubes; name a recipe/,
    );
  });
});
