import { appendFile, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { writeMat5, writeNpy, writeNpz, writePng, type NdArray } from '@prismamba/formats';
import { transpose } from '@prismamba/formats/internal';
import { writeEnviFile } from '@prismamba/formats/node';
import { fixturePath, sharedPath } from '@prismamba/testing';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { interpolateCurve, standardWavelengths } from '../spectra/spectral-table.js';
import { fixtureCube, fixtureRgb } from '../testing/fixture-values.js';
import { openDataset } from './open-dataset.js';

const region = { row: 3, column: 5, height: 2, width: 4 };
const values = fixtureCube(1);
const hwc: NdArray = { dtype: 'float32', shape: [24, 20, 31], data: values };
const chw: NdArray = transpose(hwc, [2, 0, 1]);

let root: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'prismamba-folder-'));
});
afterEach(() => rm(root, { recursive: true, force: true }));

const put = (name: string, bytes: Uint8Array) => writeFile(join(root, name), bytes);

describe('folder', () => {
  it('reads the same cube from every format, axis order and interleave, whole and in part', async () => {
    await put('a-hwc.npy', writeNpy(hwc));
    await put('b-chw.npy', writeNpy(chw));
    await put('c-hwc.npz', writeNpz(new Map([['anything', hwc]])));
    await put('d.mat', writeMat5(new Map([['cube', hwc]])));
    await mkdir(join(root, 'envi'));
    for (const interleave of ['bsq', 'bil', 'bip'] as const) {
      writeEnviFile(join(root, 'envi', interleave), hwc, { interleave });
    }
    const source = await openDataset('folder', root);
    expect(source.scenes.map(({ id }) => id)).toEqual([
      'a-hwc',
      'b-chw',
      'c-hwc',
      'd',
      'envi/bil',
      'envi/bip',
      'envi/bsq',
    ]);
    for (const { id } of source.scenes) {
      const whole = await source.load(id);
      expect(whole.cube, id).toEqual(values);
      const part = await source.readRegion(id, region);
      expect(part.cube[(1 * 4 + 2) * 31 + 30], id).toBe(values[(4 * 20 + 7) * 31 + 30]);
      expect(part.rgb[(1 * 4 + 2) * 3 + 1], id).toBe(whole.rgb[(4 * 20 + 7) * 3 + 1]);
    }
    expect(source.notes.join(' ')).toContain('7 cubes of 31 bands do not name their wavelengths');
  });

  it('reads v7.3 files in parts', async () => {
    const source = await openDataset('folder', fixturePath('ntire2020'));
    expect(source.regionReads).toBe(true);
    expect((await source.load('ARAD_HS_0001')).cube).toEqual(fixtureCube(1));
    expect(source.notes.join(' ')).not.toContain('do not name their wavelengths');
  });

  it('resamples to 31 bands where wavelengths are given, whole and in part', async () => {
    const measured = Array.from({ length: 48 }, (_, i) => 390 + 7 * i); // 390, 397, ..., 719
    const spectrum = measured.map((nm) => Math.sin(nm / 50) + 2);
    const data = Float32Array.from(
      { length: 3 * 4 * 48 },
      (_, i) => spectrum[i % 48]! * (1 + (i % 576) / 576),
    );
    writeEnviFile(
      join(root, 'fine'),
      { dtype: 'float32', shape: [3, 4, 48], data },
      { wavelengths: measured },
    );
    const source = await openDataset('folder', root);
    const { cube } = await source.load('fine');
    for (let pixel = 0; pixel < 12; pixel++) {
      const expected = interpolateCurve(
        measured,
        data.subarray(pixel * 48, pixel * 48 + 48),
        standardWavelengths,
      );
      for (let b = 0; b < 31; b++) expect(cube[pixel * 31 + b]).toBeCloseTo(expected[b]!, 5);
    }
    const one = await source.readRegion('fine', { row: 1, column: 2, height: 1, width: 1 });
    expect(one.cube).toEqual(cube.subarray(6 * 31, 7 * 31));
  });

  it('does not invent bands outside the measured range unless told how', async () => {
    const wavelengths = Array.from({ length: 29 }, (_, i) => 420 + 10 * i);
    const data = Float32Array.from({ length: 29 }, (_, i) => i + 1);
    await put('short.npy', writeNpy({ dtype: 'float32', shape: [1, 1, 29], data }));
    const load = async (outside?: 'zero' | 'nearest') =>
      (
        await (
          await openDataset('folder', root, { wavelengths, ...(outside === undefined ? {} : { outside }) })
        ).load('short')
      ).cube;
    await expect(load()).rejects.toThrow(/scene 'short': .*short\.npy: .*400 nm lies outside 420-700 nm/);
    expect([...(await load('nearest')).subarray(0, 4)]).toEqual([1, 1, 1, 2]);
    expect([...(await load('zero')).subarray(0, 4)]).toEqual([0, 0, 1, 2]);
  });

  it('scales integers by their type, by the header, or as told', async () => {
    const data = Uint16Array.from({ length: 31 }, () => 5000);
    const cube: NdArray = { dtype: 'uint16', shape: [1, 1, 31], data };
    await put('a.npy', writeNpy(cube));
    expect((await (await openDataset('folder', root)).load('a')).cube[0]).toBeCloseTo(5000 / 65535, 7);
    expect((await (await openDataset('folder', root, { divisor: 10000 })).load('a')).cube[0]).toBe(0.5);
    writeEnviFile(join(root, 'b'), cube);
    await appendFile(join(root, 'b.hdr'), '\nreflectance scale factor = 20000\n');
    expect((await (await openDataset('folder', root)).load('b')).cube[0]).toBe(0.25);
  });

  it('takes the image beside a cube as its RGB where asked', async () => {
    await put('a.npy', writeNpy(hwc));
    const image = { width: 20, height: 24, channels: 3 as const, bitDepth: 8 as const };
    await put(
      'a.png',
      writePng({ ...image, data: Uint8Array.from(fixtureRgb(4), (v) => Math.round(v * 255)) }),
    );
    const source = await openDataset('folder', root, { rgbFiles: true });
    expect((await source.load('a')).rgb).toEqual(fixtureRgb(4));
    await rm(join(root, 'a.png'));
    await expect(source.load('a')).rejects.toThrow(/scene 'a': no .*a\.png, \.jpg or \.jpeg beside its cube/);
  });

  it('names scene and file of what it cannot understand', async () => {
    const fails = async (message: RegExp, options = {}) => {
      await expect(openDataset('folder', root, options)).rejects.toThrow(message);
    };
    await fails(/folder: no cube/);
    const square: NdArray = { dtype: 'float32', shape: [31, 5, 31], data: new Float32Array(31 * 5 * 31) };
    await put('x.npy', writeNpy(square));
    await fails(
      /scene 'x': .*x\.npy has the shape \[31, 5, 31\], where first and last axis could be the 31 bands/,
    );
    expect((await openDataset('folder', root, { layout: 'chw' })).scenes[0]).toMatchObject({
      height: 5,
      width: 31,
    });
    await put('x.npy', writeNpy({ dtype: 'float32', shape: [4, 5, 6], data: new Float32Array(120) }));
    await fails(/in which no axis has 31 bands; give 'wavelengths'/);
    await put('x.npy', writeNpy(hwc).subarray(0, 500));
    await fails(/scene 'x': .*x\.npy/);
    await rm(join(root, 'x.npy'));
    await put(
      'x.npz',
      writeNpz(
        new Map([
          ['one', hwc],
          ['two', hwc],
        ]),
      ),
    );
    await fails(/x\.npz: several arrays have three axes: one, two; say which by 'key'/);
    await fails(/x\.npz: there is no array 'three'; the file holds one, two/, { key: 'three' });
    expect((await (await openDataset('folder', root, { key: 'two' })).load('x')).cube).toEqual(values);
    await put('x.mat', writeMat5(new Map([['cube', hwc]])));
    await fails(/scene 'x' is there twice/);
  });

  const hysu = sharedPath('data/hysu-field');
  it.skipIf(hysu === undefined)(
    'reads the airborne cube (skipped where shared/data/hysu-field is absent)',
    async () => {
      const source = await openDataset('folder', hysu!, { scenes: ['hysu_31'], divisor: 10000 });
      expect(source.scenes).toMatchObject([{ id: 'hysu_31', height: 86, width: 123, bands: 31 }]);
      const { cube } = await source.load('hysu_31');
      expect(cube.every((value) => value >= 0.0093 - 1e-7 && value <= 0.7598 + 1e-7)).toBe(true);
    },
  );
});
