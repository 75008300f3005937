import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readPng, writeMat5, writeNpy, type NdArray } from '@prismamba/formats';
import { writeEnviFile } from '@prismamba/formats/node';
import { afterAll, describe, expect, it } from 'vitest';
import { shownBands } from './cube-pictures.js';
import { viewCube, type ViewJob } from './view-cube.js';

const folder = mkdtempSync(join(tmpdir(), 'view-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const place = (name: string) => join(folder, name);

const [height, width] = [9, 7];
/** Left of column 3 all light is short (first third of the bands), right of it long (last third). */
function halves(bands: number, scale = 1): Float32Array {
  return Float32Array.from({ length: height * width * bands }, (_, i) => {
    const x = Math.floor(i / bands) % width;
    const band = i % bands;
    return scale * ((x < 3 ? band < bands / 3 : band >= (2 * bands) / 3) ? 0.5 : 0.01);
  });
}
const cube = (bands: number, scale = 1) => ({
  dtype: 'float32' as const,
  shape: [height, width, bands],
  data: halves(bands, scale),
});

const view = (file: string, more: Partial<ViewJob> = {}) =>
  viewCube(
    { file: place(file), out: folder, reading: {}, regions: [], ...more },
    () => undefined,
    new AbortController().signal,
  );
const pixel = (name: string, x: number, y: number) => {
  const image = readPng(readFileSync(place(name)), { name });
  const at = (y * image.width + x) * image.channels;
  return [...image.data.subarray(at, at + 3)] as [number, number, number];
};

describe('prismamba view', () => {
  it('bands, colours and spectra of a cube of ours', async () => {
    writeFileSync(place('ours.npy'), writeNpy(cube(31)));
    const text = await view('ours.npy', {
      regions: [
        { x: 1, y: 2, width: 1, height: 1 },
        { x: 2, y: 0, width: 2, height: 9 },
      ],
    });
    expect(text).toContain(`cube: ${place('ours.npy')}: 9 x 7 x 31 bands, 400 to 700 nm, float32\n`);
    expect(text).toContain('note: it does not name its wavelengths; 400, 410, ..., 700 nm is assumed\n');
    expect(text).toContain('white is 0.5\n');
    const rows = readFileSync(place('ours.spectra.csv'), 'utf8').trim().split('\n');
    expect(rows[0]).toBe('wavelength_nm,"at 1,2","at 2,0,2,9","at 2,0,2,9, std"');
    const [nm, at, mean, deviation] = rows[1]!.split(',').map(Number);
    expect([nm, at]).toEqual([400, 0.5]);
    expect(mean).toBeCloseTo(0.255, 6);
    expect(deviation).toBeCloseTo(0.245, 6);
    expect(readFileSync(place('ours.spectra.svg'), 'utf8')).toContain('at 2,0,2,9 (mean of 18');
    const [left, right] = [pixel('ours.rgb.png', 0, 0), pixel('ours.rgb.png', 6, 8)];
    expect(left[2]).toBeGreaterThan(left[0] + 100);
    expect(right[0]).toBeGreaterThan(right[2] + 100);
    // The first band is white on the left, the last one on the right; cells of 92 x 39 pixels, 8 in a row, below a label.
    expect([pixel('ours.bands.png', 8, 30)[0], pixel('ours.bands.png', 14, 30)[0]]).toEqual([255, 43]);
    const last = { x: 8 + 6 * 92, y: 8 + 3 * 39 + 22 };
    expect([
      pixel('ours.bands.png', last.x, last.y)[0],
      pixel('ours.bands.png', last.x + 6, last.y)[0],
    ]).toEqual([43, 255]);
  });

  it('cubes of others: their own bands, scales and axes', async () => {
    const nm = Array.from({ length: 5 }, (_, i) => 420 + 65 * i);
    const envi = { ...cube(5, 10_000), dtype: 'float32' as const };
    writeEnviFile(place('foreign.hdr'), envi, { wavelengths: nm });
    const text = await view('foreign.hdr', {
      reading: { divisor: 10_000 },
      regions: [{ x: 6, y: 8, width: 1, height: 1 }],
    });
    expect(text).toContain('9 x 7 x 5 bands, 420 to 680 nm, float32 divided by 10000');
    expect(readFileSync(place('foreign.spectra.csv'), 'utf8').trim().split('\n').at(-1)).toBe('680,0.5');
    expect(pixel('foreign.rgb.png', 6, 8)[0]).toBeGreaterThan(pixel('foreign.rgb.png', 6, 8)[2]);
  });

  it('a cube without visible light has bands and no colours', async () => {
    const nm = Array.from({ length: 40 }, (_, i) => 900 + 20 * i);
    const bands = { dtype: 'float64' as const, shape: [40], data: Float64Array.from(nm) };
    writeFileSync(
      place('swir.mat'),
      writeMat5(
        new Map<string, NdArray>([
          ['cube', cube(40)],
          ['wavelengths', bands],
        ]),
      ),
    );
    const text = await view('swir.mat');
    expect(text).toContain('colour: none, because bands from 460 nm or less to 620 nm or more are needed');
    expect(text).toContain('(32 of 40, evenly spread)');
    expect(shownBands(40)).toContain(39);
  });

  it('says what it cannot read, and which region leaves the cube', async () => {
    writeFileSync(place('flat.npy'), writeNpy({ ...cube(31), shape: [height * width, 31] }));
    await expect(view('flat.npy')).rejects.toThrow(
      /openCubeFile: .*flat\.npy has the shape \[63, 31\], wanted three axes/,
    );
    writeFileSync(place('five.npy'), writeNpy(cube(5)));
    await expect(view('five.npy')).rejects.toThrow(/no axis has 31 bands; give 'wavelengths' in nm/);
    await expect(view('ours.npy', { regions: [{ x: 7, y: 0, width: 1, height: 1 }] })).rejects.toThrow(
      '--at 7,0: leaves the image of 7 x 9 pixels',
    );
    await expect(view('none.npy')).rejects.toThrow(/there is no file '.*none\.npy'/);
  });
});
