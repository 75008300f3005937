import { appendFile, cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { writeNpy, type NdArray } from '@prismamba/formats';
import { writeEnviFile } from '@prismamba/formats/node';
import { fixturePath, sharedPath } from '@prismamba/testing';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { checkDataset } from './check-dataset.js';
import { datasetDefinition, openDataset } from '../loaders/open-dataset.js';
import type { DatasetName } from '../loaders/registry.js';
import { describeNames } from './expected-scenes.js';
import { quickCheck } from './quick-check.js';

let root: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'prismamba-check-'));
});
afterEach(() => rm(root, { recursive: true, force: true }));

describe('checkDataset', () => {
  it('recognises CAVE, counts, and says which scenes are missing', async () => {
    const steps: string[] = [];
    const report = await checkDataset(fixturePath('cave'), {
      onProgress: ({ done, total, name }) => steps.push(`${done}/${total} ${name}`),
    });
    expect(report).toMatchObject({ dataset: 'cave', cubes: 2, images: 0, checked: 2, bad: [], odd: [] });
    expect(steps).toEqual(['1/2 beads', '2/2 toys']);
    expect(report.missing).toHaveLength(1);
    expect(report.missing[0]).toMatch(/^31 of 32 scenes: balloons, cd, .* and \d+ more$/);
  });

  it('goes on after bad files and names them all', async () => {
    await cp(fixturePath('ntire2020'), root, { recursive: true });
    for (const name of ['ARAD_HS_0001.mat', 'ARAD_HS_0002_clean.png']) {
      const bytes = await readFile(join(root, name));
      await writeFile(join(root, name), bytes.subarray(0, bytes.length / 2));
    }
    const report = await checkDataset(root);
    expect(report).toMatchObject({ dataset: 'ntire2020', cubes: 2, images: 2, checked: 4 });
    expect(report.bad.map(({ name }) => name).sort()).toEqual([
      'ARAD_HS_0001',
      'ARAD_HS_0001_clean.png',
      'ARAD_HS_0002_clean.png',
    ]);
    for (const { problem } of report.bad) expect(problem).toMatch(/scene 'ARAD_HS_000[12]': .*\.(mat|png)/);
    expect(report.missing[0]).toBe('448 of 450 training cubes: ARAD_HS_0003 to ARAD_HS_0450');
    expect(report.missing).toContain('all 10 validation cubes');
  });

  it('finds JPEGs without a cube and cubes without a JPEG of NTIRE 2022', async () => {
    await cp(fixturePath('ntire2022'), root, { recursive: true });
    await rm(join(root, 'jpg_decoded.npz'));
    const { missing, bad, images } = await checkDataset(root);
    expect(bad).toEqual([]);
    expect(images).toBe(2);
    expect(missing).toContain('898 of 900 training images: ARAD_1K_0003 to ARAD_1K_0900');
  });

  it('counts Harvard, whose names nobody published', async () => {
    const { dataset, missing, bad, odd } = await checkDataset(fixturePath('harvard'));
    expect({ dataset, bad, odd }).toEqual({ dataset: 'harvard', bad: [], odd: [] });
    expect(missing).toEqual([expect.stringContaining('47 of 50 scenes')]);
  });

  it('finds values that are not finite, constant cubes and values outside 0 to 1 in a plain folder', async () => {
    const put = (name: string, change: (data: Float32Array) => void) => {
      const data = Float32Array.from({ length: 4 * 5 * 31 }, (_, i) => (i % 97) / 96);
      change(data);
      return writeFile(join(root, name), writeNpy({ dtype: 'float32', shape: [4, 5, 31], data }));
    };
    await put('a.npy', (data) => (data[(2 * 5 + 3) * 31 + 7] = NaN));
    await put('b.npy', (data) => data.fill(0));
    await put('c.npy', (data) => (data[5] = 1.5));
    await put('d.npy', () => undefined);
    const { dataset, bad, odd } = await checkDataset(root);
    expect(dataset).toBe('folder');
    expect(bad.map(({ problem }) => problem)).toEqual([
      "folder: scene 'a': 1 values are NaN or infinite, the first at row 2, column 3, band 7",
      "folder: scene 'b': every value of the cube is 0; the file is empty",
    ]);
    expect(odd).toEqual([
      {
        name: 'c',
        remark: 'values from 0.000 to 1.500, wanted 0 to 1; divisor=N divides them by N (now 1, assumed)',
      },
    ]);
  });

  it('explains a folder without data, with two data sets, and stops when told', async () => {
    await expect(checkDataset(root)).rejects.toThrow('holds no data set that is known here');
    await cp(fixturePath('ntire2020'), root, { recursive: true });
    await cp(fixturePath('ntire2022'), root, { recursive: true });
    await expect(checkDataset(root)).rejects.toThrow('several data sets (ntire2020, ntire2022)');
    const stop = AbortSignal.abort(new Error('stopped'));
    await expect(checkDataset(fixturePath('cave'), { signal: stop })).rejects.toThrow('stopped');
  });

  const shared = sharedPath('data/cave-256');
  it.skipIf(shared === undefined)(
    'passes real scenes (skipped where shared/data/cave-256 is absent)',
    async () => {
      expect(await checkDataset(shared!)).toMatchObject({ dataset: 'cave', cubes: 6, bad: [], odd: [] });
    },
  );
});

describe('describeNames', () => {
  it('writes runs of numbers as ranges', () => {
    expect(describeNames(['a_01', 'a_02', 'a_03', 'a_07', 'b', 'b_09', 'b_10'])).toBe(
      'a_01 to a_03, a_07, b, b_09, b_10',
    );
    expect(describeNames(['a', 'b', 'c'], 2)).toBe('a, b and 1 more');
  });

  it('knows 32 CAVE scenes, 460 NTIRE 2020 cubes, 950 NTIRE 2022 cubes', () => {
    const count = (name: DatasetName) =>
      datasetDefinition(name).expected!.cubes.reduce((sum, { names }) => sum + new Set(names).size, 0);
    expect([count('cave'), count('ntire2020'), count('ntire2022')]).toEqual([32, 460, 950]);
  });
});

describe('values', () => {
  const write = (name: string, array: NdArray) => writeFile(join(root, name), writeNpy(array));
  const shape = [40, 50, 31];
  const size = 40 * 50 * 31;

  it('says that 12-bit counts were divided by 65535, names the setting, and takes it', async () => {
    const data = Uint16Array.from({ length: size }, (_, i) => (i * 37) % 4000);
    await write('a.npy', { dtype: 'uint16', shape, data });
    await write('b.npy', { dtype: 'uint16', shape, data });
    const remark =
      'stored as uint16 up to 3999, divided by 65535 because nothing says otherwise, so values reach only 0.0610; if 4095 stands for 1, set divisor=4095';
    const { odd, quantiles } = await checkDataset(root);
    expect(odd).toEqual([
      { name: 'a', remark },
      { name: 'b', remark },
    ]);
    expect(quantiles!.find(({ share }) => share === 0.5)!.value).toBeCloseTo(2000 / 65535, 3);
    const source = await openDataset('folder', root);
    expect(await quickCheck(source, ['a', 'b'])).toEqual([`scene 'a' and 1 more: ${remark}`]);
    expect((await checkDataset(root, { open: { divisor: 4095 } })).odd).toEqual([]);
  });

  it('takes counts of a 16-bit camera as they are', async () => {
    const data = Uint16Array.from({ length: size }, (_, i) => (i * 37) % 40000);
    await write('a.npy', { dtype: 'uint16', shape, data });
    expect((await checkDataset(root)).odd).toEqual([]);
  });

  it('calls a scene that is mostly zero bad, one with a dark part odd', async () => {
    const lit = (rows: number) =>
      Float32Array.from({ length: size }, (_, i) => (i < rows * 50 * 31 ? 0.1 + (i % 97) / 200 : 0));
    await write('a.npy', { dtype: 'float32', shape, data: lit(9) });
    await write('b.npy', { dtype: 'float32', shape, data: lit(36) });
    const { bad, odd } = await checkDataset(root);
    expect(bad).toEqual([
      {
        name: 'a',
        problem: expect.stringMatching(/^folder: scene 'a': 78 % of its pixels are 0 in every band/),
      },
    ]);
    expect(odd).toEqual([{ name: 'b', remark: '10 % of its pixels are 0 in every band' }]);
  });

  it('the quick look finds a border of NaN, and names scene and place', async () => {
    const data = Float32Array.from({ length: size }, (_, i) => (i >= 39 * 50 * 31 ? NaN : (i % 97) / 96));
    await write('a.npy', { dtype: 'float32', shape, data });
    const source = await openDataset('folder', root);
    await expect(quickCheck(source, ['a'])).rejects.toThrow(
      "folder: scene 'a': at least 992 values are NaN or infinite, the first at row 39, column 0, band 0",
    );
  });

  it('masks pixels that hold the ignore value of an ENVI header', async () => {
    const data = Float32Array.from({ length: size }, (_, i) =>
      Math.floor(i / 31) % 7 === 0 ? -9999 : (i % 97) / 96,
    );
    const wavelengths = Array.from({ length: 31 }, (_, i) => 400 + 10 * i);
    writeEnviFile(join(root, 'a.hdr'), { dtype: 'float32', shape, data }, { wavelengths });
    await appendFile(join(root, 'a.hdr'), 'data ignore value = -9999\n');
    const source = await openDataset('folder', root);
    const { cube, mask } = await source.readRegion('a', { row: 1, column: 0, height: 2, width: 50 });
    expect([...mask!]).toEqual(Array.from({ length: 100 }, (_, i) => ((i + 50) % 7 === 0 ? 0 : 1)));
    expect(Math.min(...cube)).toBe(0);
    expect(source.notes.at(-1)).toBe(
      "1 cube: pixels that hold the header's data ignore value -9999 become 0 and are masked",
    );
    expect((await checkDataset(root)).odd).toEqual([]);
  });
});
