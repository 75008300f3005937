import { copyFile, cp, mkdir, mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readNpz, writeMat5, writePng, type NdArray } from '@prismamba/formats';
import { fixturePath } from '@prismamba/testing';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { checkDataset } from '../inspect/check-dataset.js';
import { ntire2020Clean } from '../rgb-formation/ntire2020-clean.js';
import { fixtureCube, fixtureRgb } from '../testing/fixture-values.js';
import { openDataset } from './open-dataset.js';

const region = { row: 3, column: 5, height: 8, width: 7 };

let root: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'prismamba-ntire-'));
});
afterEach(() => rm(root, { recursive: true, force: true }));

/** Row by row: the region of a [24, 20, channels] array. */
function part(data: Float32Array, channels: number): Float32Array {
  const out: number[] = [];
  for (let row = region.row; row < region.row + region.height; row++) {
    const start = (row * 20 + region.column) * channels;
    out.push(...data.subarray(start, start + region.width * channels));
  }
  return Float32Array.from(out);
}

describe('ntire2020', () => {
  it('reads v7.3 cubes (chunked with partial edges, contiguous) and clean PNG to the last bit', async () => {
    const source = await openDataset('ntire2020', fixturePath('ntire2020'));
    expect(source.scenes).toEqual([
      { id: 'ARAD_HS_0001', height: 24, width: 20, bands: 31 },
      { id: 'ARAD_HS_0002', height: 24, width: 20, bands: 31 },
    ]);
    expect(source.regionReads).toBe(true);
    for (const [id, k] of [
      ['ARAD_HS_0001', 1],
      ['ARAD_HS_0002', 2],
    ] as const) {
      const scene = await source.load(id);
      expect(scene.cube).toEqual(fixtureCube(k));
      expect(scene.rgb).toEqual(fixtureRgb(k));
      const cut = await source.readRegion(id, region);
      expect(cut.cube).toEqual(part(fixtureCube(k), 31));
      expect(cut.rgb).toEqual(part(fixtureRgb(k), 3));
    }
  });

  it('reads a level 5 file under the same name, in folders of their own', async () => {
    const cube: NdArray = {
      dtype: 'float64',
      shape: [24, 20, 31],
      data: Float64Array.from(fixtureCube(1)),
    };
    await cp(fixturePath('ntire2020'), root, { recursive: true });
    await rm(join(root, 'ARAD_HS_0001.mat'));
    const folder = join(root, 'NTIRE2020_Train_Spectral');
    await mkdir(folder);
    await writeFile(join(folder, 'ARAD_HS_0001.mat'), writeMat5(new Map([['cube', cube]])));
    const source = await openDataset('ntire2020', root);
    expect(source.regionReads).toBe(false);
    expect((await source.load('ARAD_HS_0001')).cube).toEqual(fixtureCube(1));
    expect((await source.readRegion('ARAD_HS_0001', region)).cube).toEqual(part(fixtureCube(1), 31));
  });

  it('takes the JPEGs of the Real World track', async () => {
    await copyFile(join(fixturePath('ntire2020'), 'ARAD_HS_0001.mat'), join(root, 'ARAD_HS_0001.mat'));
    const jpeg = join(root, 'ARAD_HS_0001_RealWorld.jpg');
    await copyFile(join(fixturePath('ntire2022'), 'ARAD_1K_0001.jpg'), jpeg);
    const source = await openDataset('ntire2020', root, { track: 'real-world' });
    const { rgb } = await source.load('ARAD_HS_0001');
    expect(rgb).toEqual(
      (await (await openDataset('ntire2022', fixturePath('ntire2022'))).load('ARAD_1K_0001')).rgb,
    );
    await expect((await openDataset('ntire2020', root)).load('ARAD_HS_0001')).rejects.toThrow(
      'ARAD_HS_0001_clean.png',
    );
    const { images, missing } = await checkDataset(root);
    expect(images).toBe(1);
    expect(missing[2]).toBe(
      '449 of 450 training images of the track real-world: ARAD_HS_0002 to ARAD_HS_0450',
    );
  });

  it.each([
    ['multiply', 0.8125, 0.5],
    ['divide', 1 / 0.8125, 2],
  ] as const)('applies norm_factor on request (%s), and says so', async (normFactor, first, second) => {
    const source = await openDataset('ntire2020', fixturePath('ntire2020'), { normFactor });
    expect((await source.load('ARAD_HS_0001')).cube[100]).toBeCloseTo(fixtureCube(1)[100]! * first, 6);
    expect((await source.readRegion('ARAD_HS_0002', region)).cube).toEqual(
      part(fixtureCube(2), 31).map((value) => value * second),
    );
    expect(source.notes.join()).toContain('by its norm_factor');
    const none = await openDataset('ntire2022', fixturePath('ntire2022'), { normFactor });
    await expect(none.load('ARAD_1K_0001')).rejects.toThrow(
      /ARAD_1K_0001\.mat has no variable 'norm_factor'/,
    );
  });

  it('forms RGB by a recipe where one is given, of a region as of the whole', async () => {
    const source = await openDataset('ntire2020', fixturePath('ntire2020'), { recipe: ntire2020Clean() });
    const whole = await source.load('ARAD_HS_0001');
    expect(whole.rgb).not.toEqual(fixtureRgb(1));
    expect((await source.readRegion('ARAD_HS_0001', region)).rgb).toEqual(part(whole.rgb, 3));
  });

  it('names scene and file of what is wrong', async () => {
    await cp(fixturePath('ntire2020'), root, { recursive: true });
    const load = async () => (await openDataset('ntire2020', root)).load('ARAD_HS_0001');
    await rename(join(root, 'ARAD_HS_0001_clean.png'), join(root, 'x.png'));
    await expect(load()).rejects.toThrow(
      /scene 'ARAD_HS_0001': its RGB image ARAD_HS_0001_clean\.png is not below/,
    );
    await writeFile(
      join(root, 'ARAD_HS_0001_clean.png'),
      writePng({ width: 19, height: 24, channels: 3, bitDepth: 8, data: new Uint8Array(19 * 24 * 3) }),
    );
    await expect(load()).rejects.toThrow(/ARAD_HS_0001_clean\.png has 24 x 19 pixels, its cube 24 x 20/);
    const bytes = await readFile(join(root, 'ARAD_HS_0001.mat'));
    await writeFile(join(root, 'ARAD_HS_0001.mat'), bytes.subarray(0, 4000));
    await expect(load()).rejects.toThrow(/scene 'ARAD_HS_0001': .*ARAD_HS_0001\.mat/);
    await copyFile(join(root, 'ARAD_HS_0002_contiguous.mat'), join(root, 'ARAD_HS_0002_copy.mat'));
    await expect(load()).rejects.toThrow(/scene 'ARAD_HS_0002' is there twice/);
    await expect(
      openDataset('ntire2020', fixturePath('ntire2020'), { scenes: ['ARAD_HS_001'] }),
    ).rejects.toThrow("unknown scene 'ARAD_HS_001', did you mean 'ARAD_HS_0001'?");
    await expect(openDataset('ntire2020', fixturePath('harvard'))).rejects.toThrow('ntire2020: no cube');
  });

  it('refuses cubes of another form and other bands', async () => {
    const write = (arrays: Record<string, NdArray>) =>
      writeFile(join(root, 'ARAD_HS_0007.mat'), writeMat5(new Map(Object.entries(arrays))));
    const zeros = (...shape: number[]): NdArray => ({
      dtype: 'float64',
      shape,
      data: new Float64Array(shape.reduce((a, b) => a * b)),
    });
    await write({ rad: zeros(4, 5, 31) });
    await expect(openDataset('ntire2020', root)).rejects.toThrow(/has no variable 'cube'; it holds 'rad'/);
    await write({ cube: zeros(31, 4, 5) });
    await expect(openDataset('ntire2020', root)).rejects.toThrow(
      /the shape \[31, 4, 5\], wanted \[height, width, 31\]/,
    );
    await write({ cube: zeros(4, 5, 31), bands: zeros(1, 31) });
    await expect((await openDataset('ntire2020', root)).load('ARAD_HS_0007')).rejects.toThrow(
      /'bands' of .*ARAD_HS_0007\.mat says 0, 0, 0, .* wanted 400, 410/,
    );
  });
});

describe('ntire2022', () => {
  it('reads old and newest HDF5, with and without user block, to the last bit', async () => {
    const source = await openDataset('ntire2022', fixturePath('ntire2022'), { recipe: ntire2020Clean() });
    expect(source.scenes.map(({ id }) => id)).toEqual(['ARAD_1K_0001', 'ARAD_1K_0002', 'ARAD_1K_0003']);
    for (const [i, { id }] of source.scenes.entries()) {
      expect((await source.load(id)).cube).toEqual(fixtureCube(i + 3));
      expect((await source.readRegion(id, region)).cube).toEqual(part(fixtureCube(i + 3), 31));
    }
  });

  it.each([
    ['ARAD_1K_0001', 2],
    ['ARAD_1K_0002', 4],
  ])('decodes the JPEG of %s to within %s of libjpeg-turbo', async (id, tolerance) => {
    const decoded = readNpz(await readFile(join(fixturePath('ntire2022'), 'jpg_decoded.npz')));
    const name = [...decoded.keys()].find((key) => key.includes(id.slice(-4)) && !key.includes('orig'));
    expect(name, [...decoded.keys()].join()).toBeDefined();
    const { rgb } = await (await openDataset('ntire2022', fixturePath('ntire2022'))).load(id);
    const expected = decoded.get(name!)!;
    expect(expected.shape).toEqual([24, 20, 3]);
    let worst = 0;
    rgb.forEach((value, i) => {
      worst = Math.max(worst, Math.abs(value * 255 - Number(expected.data[i])));
    });
    expect(worst).toBeLessThanOrEqual(tolerance + 1e-4);
  });

  it('stretches each image to [0, 1] as MST++ does, on request', async () => {
    const plain = await (await openDataset('ntire2022', fixturePath('ntire2022'))).load('ARAD_1K_0001');
    const source = await openDataset('ntire2022', fixturePath('ntire2022'), { rgbNormalisation: 'min-max' });
    const { rgb } = await source.load('ARAD_1K_0001');
    const low = Math.min(...plain.rgb);
    const high = Math.max(...plain.rgb);
    expect(Math.min(...rgb)).toBe(0);
    expect(Math.max(...rgb)).toBe(1);
    expect(rgb[100]).toBeCloseTo((plain.rgb[100]! - low) / (high - low), 6);
    expect((await source.readRegion('ARAD_1K_0001', region)).rgb).toEqual(part(rgb, 3));
  });

  it('says which image is missing', async () => {
    const source = await openDataset('ntire2022', fixturePath('ntire2022'));
    await expect(source.load('ARAD_1K_0003')).rejects.toThrow(/its RGB image ARAD_1K_0003\.jpg is not below/);
  });
});
