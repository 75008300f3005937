import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
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
      const data = Uint16Array.from({ length: 29 * 8 * 16 }, (_, i) => 2500 + i);
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

  it('refuses a scene that would stop training later, and goes on where it is told to', async () => {
    const root = mkdtempSync(join(folder, 'nan-'));
    const put = (name: string, last: number) => {
      const data = Float32Array.from({ length: 9 * 16 * 31 }, (_, i) => (i % 97) / 96);
      data[data.length - 1] = last;
      writeFileSync(join(root, `${name}.npy`), writeNpy({ dtype: 'float32', shape: [9, 16, 31], data }));
    };
    put('good', 0.5);
    put('bad', NaN);
    await expect(open(`source: folder, folder: '${root}'`, 'good', 'bad')).rejects.toThrow(
      /data\.check: folder: scene 'bad': 1 values are NaN or infinite, the first at row 8, column 15, band 30.*check: none/,
    );
    expect((await open(`source: folder, folder: '${root}', check: none`, 'good', 'bad')).split.test).toEqual([
      'bad',
    ]);
  });

  it("gives a recipe's settings to the loader, and refuses those of another recipe", async () => {
    const root = fixturePath('cave');
    const rgb = async (recipe: string) => {
      const { load, notes } = await open(`source: cave, folder: '${root}', ${recipe}`, 'beads', 'toys');
      return { rgb: (await load('beads')).rgb, notes: notes.join() };
    };
    const day = await rgb('rgb: cie-1931, recipe: { illuminant: D65 }');
    expect((await rgb('rgb: cie-1931, recipe: { illuminant: A }')).rgb).not.toEqual(day.rgb);
    expect((await rgb('rgb: cie-1931, recipe: { illuminant: D65 }')).rgb).toEqual(day.rgb);
    const sample = await rgb('rgb: ntire2020-real-world');
    expect(sample.notes).toMatch(/std 100/);
    const stated = await rgb('rgb: ntire2020-real-world, recipe: { dark_noise_std: 0, jpeg_quality: 95 }');
    expect(stated.notes).not.toMatch(/std 100/);
    expect(stated.rgb).not.toEqual(sample.rgb);
    await expect(rgb('rgb: ntire2022, recipe: { dark_noise_std: 0 }')).rejects.toThrow(
      /e\.yaml:\d+:\d+: data\.recipe\.dark_noise_std: the recipe 'ntire2022' does not take it; it takes data\.camera, gains, photo_electrons, jpeg_quality/,
    );
    await expect(rgb("camera: '/nowhere.csv'")).rejects.toThrow(/nowhere\.csv/);
    const cameras = join(folder, 'cameras.csv');
    const curve = (name: string) => [400, 550, 700].map((nm) => `${name},${nm},0.2,0.3,0.1`);
    writeFileSync(cameras, ['camera,wavelength,red,green,blue', ...curve('A'), ...curve('B')].join('\n'));
    await expect(rgb(`rgb: camera, camera: '${cameras}'`)).rejects.toThrow(
      /2 cameras \(A, B, \.\.\.\); name one: data\.camera=FILE#NAME/,
    );
    expect((await rgb(`rgb: camera, camera: '${cameras}#B'`)).rgb.length).toBeGreaterThan(0);
    await expect(rgb('rgb: camera, recipe: { ilumination: A }')).rejects.toThrow(
      /unknown key, did you mean 'illuminant'\?/,
    );
  });

  it('keeps at most data.cache.memory of scenes, and decoded ones in data.cache.disk', async () => {
    const root = fixturePath('harvard');
    const disk = join(folder, 'decoded');
    const from = (cache: string) =>
      open(`source: harvard, folder: '${root}'${cache}`, 'imgf1', 'imgf2_uncompressed');
    // A scene of 24 x 20 takes 65,280 bytes: none stays in memory.
    const small = await from(`, cache: { memory: 0.05 MB, disk: '${disk}' }`);
    const plain = await from('');
    expect(await small.batches.batchAt(0)).toEqual(await plain.batches.batchAt(0));
    expect(await small.load('imgf2_uncompressed')).toEqual(await plain.load('imgf2_uncompressed'));
    expect(readdirSync(disk).filter((name) => name.endsWith('.cube.npy'))).toEqual([
      'imgf1.cube.npy',
      'imgf2_uncompressed.cube.npy',
    ]);
    expect(small.description).toContain(disk);
    await expect(from(', rgb: cie-1931, ' + `cache: { disk: '${disk}' }`)).rejects.toThrow(
      'holds scenes of another source',
    );
    await expect(from(', cache: { memory: 2 }')).rejects.toThrow(/data\.cache\.memory: 2 is no string/);
    await expect(from(', cache: { memory: 2 gigabytes }')).rejects.toThrow(
      /'2 gigabytes' is no size; write a number with its unit \(MB, GB, MiB, GiB\), such as '2 GB'/,
    );
  });

  it('names the nearest published split where there is no such file', async () => {
    const wrong = (split: string) =>
      loadExperiment('cave/gmsr-net', [
        { path: ['data', 'folder'], value: fixturePath('cave'), text: '' },
        { path: ['data', 'split'], value: split, text: '' },
      ]).then(openData);
    await expect(wrong('gmsr-caves')).rejects.toThrow(
      /unknown split 'gmsr-caves', did you mean 'gmsr-cave'\? Known: gmsr-ntire2020-clean, gmsr-cave, .* Or name a JSON file/,
    );
    await expect(wrong('splt.json#mini')).rejects.toThrow(
      /split 'splt\.json': there is no such file\. Wanted: a JSON file .* or a published split: gmsr-ntire2020-clean/,
    );
  });

  it('refuses `rgb: files` where there are none', async () => {
    const cave = `source: cave, folder: '${fixturePath('cave')}', rgb: files`;
    await expect(open(cave, 'beads', 'toys')).rejects.toThrow(
      /data\.rgb: the data set 'cave' has no RGB images that fit its cubes; name a recipe/,
    );
  });

  const synthetic = '{ source: synthetic, synthetic: { train: 2, test: 1, height: 16, width: 16, seed: 3 } }';
  const chart = (entries: string, more = '') =>
    open(
      `source: ntire2020, folder: '${fixturePath('ntire2020')}', train_on: [${entries}]${more}`,
      'ARAD_HS_0001',
      'ARAD_HS_0002',
    );

  it('trains on several data sets, or on another one than it tests on', async () => {
    const both = await chart(`own, ${synthetic}`);
    const made = ['synthetic/synthetic-train-000', 'synthetic/synthetic-train-001'];
    expect(both.split.train).toEqual(['ARAD_HS_0001', ...made]);
    expect(both.split.test).toEqual(['ARAD_HS_0002']);
    expect(both.synthetic).toBe(false);
    expect((await both.load(made[1]!)).height).toBe(16);
    const other = await chart(synthetic);
    expect(other.split.train).toEqual(made);
    expect(other.notes).toContain('no scene of the tested data set (ntire2020) is trained on');
    // 16 x 16 in patches of 8 gives 4 a scene; every patch comes once an epoch.
    expect(other.batches.stepsPerEpoch).toBe(4);
  });

  it('validates on scenes of its own where it trains on them, else on those that it trains on', async () => {
    const other = await chart(synthetic, ', validation: 1');
    expect(other.split.validation).toHaveLength(1);
    expect(other.split.validation![0]).toMatch(/^synthetic\//);
    await expect(chart(`own, ${synthetic}`, ', validation: 1')).rejects.toThrow(
      'data.validation: wants 1 of 1 training scenes',
    );
  });

  it('says where a further data set is missing', async () => {
    await expect(chart('own, own')).rejects.toThrow("data.train_on: 'own' stands in the list twice");
    await expect(chart('{ source: cave }')).rejects.toThrow(
      /data\.train_on\.0.*: where is the data set 'cave'\? Name its folder: folder: DIR/,
    );
  });
});
