import { readFileSync } from 'node:fs';
import { fixturePath } from '@prismamba/testing/golden';
import { writeEnvi, writeMat5, writeNpy, writeNpz, type NdArray } from '@prismamba/formats';
import { afterEach, expect, it, vi } from 'vitest';
import { openCube } from './open-cube.js';

const [height, width, bands] = [8, 9, 7];
const nm = [410, 450, 500, 550, 600, 650, 690];
const data = Float32Array.from({ length: height * width * bands }, (_, i) => i / 1000);
const cube: NdArray = { dtype: 'float32', shape: [height, width, bands], data };
const list: NdArray = { dtype: 'float64', shape: [1, bands], data: Float64Array.from(nm) };
const named = new Map([
  ['cube', cube],
  ['wavelengths', list],
]);
const file = (name: string, bytes: Uint8Array | string) => new File([bytes as BlobPart], name);

it.each([
  [
    '.npy with its list of bands',
    [file('a.npy', writeNpy(cube)), file('a.bands.json', JSON.stringify({ wavelengths: nm }))],
  ],
  ['.npz', [file('a.npz', writeNpz(named))]],
  ['.mat', [file('a.mat', writeMat5(named))]],
  ['ENVI', [file('a.img', writeEnvi(cube).data), file('a.hdr', writeEnvi(cube, { wavelengths: nm }).header)]],
])('opens %s with its wavelengths', async (_, files) => {
  const { info, data: values } = await openCube(files);
  expect([info.height, info.width, info.wavelengths]).toEqual([height, width, nm]);
  expect(values).toEqual(data);
});

it('opens MATLAB 7.3', async () => {
  const bytes = new Uint8Array(readFileSync(fixturePath('ntire2022/ARAD_1K_0001.mat')));
  const { info } = await openCube([file('ARAD_1K_0001.mat', bytes)]);
  expect([info.height, info.width, info.wavelengths.length]).toEqual([24, 20, 31]);
  expect(info.wavelengths[0]).toBe(400);
});

it('finds bands that stand first, and says so', async () => {
  const planes = new Float32Array(data.length);
  for (let band = 0; band < bands; band++) {
    for (let i = 0; i < height * width; i++) planes[band * height * width + i] = data[i * bands + band]!;
  }
  const stored: NdArray = { dtype: 'float32', shape: [bands, height, width], data: planes };
  const files = [file('a.npy', writeNpy(stored)), file('a.bands.json', JSON.stringify({ wavelengths: nm }))];
  const { info, data: values } = await openCube(files);
  expect(values).toEqual(data);
  expect(info.notes.join()).toContain('bands, height, width');
});

it('says that wavelengths are assumed', async () => {
  const { info } = await openCube([file('a.npy', writeNpy(cube))]);
  expect([info.wavelengths[0], info.wavelengths.at(-1)]).toEqual([400, 700]);
  expect(info.notes.join()).toContain('assumed');
});

it.each([
  [
    'two arrays',
    file(
      'a.npz',
      writeNpz(
        new Map([
          ['a', cube],
          ['b', cube],
        ]),
      ),
    ),
    'several arrays have three axes: a, b; save the one',
  ],
  [
    'a picture',
    file('a.npy', writeNpy({ dtype: 'float32', shape: [9, 9, 3], data: new Float32Array(243) })),
    'at least 4',
  ],
  [
    'a table',
    file('a.npy', writeNpy({ dtype: 'float32', shape: [4, 4], data: new Float32Array(16) })),
    'three axes',
  ],
  ['something else', file('a.txt', 'x'), 'wanted .npy'],
])('refuses %s', async (_, bad, words) => {
  await expect(openCube([bad])).rejects.toThrow(words);
});

afterEach(() => vi.unstubAllGlobals());

it.each([
  ['its file', 1e-6, () => file('a.npy', writeNpy(cube)), 'Too little memory: a.npy takes 1 MB'],
  [
    'what it unpacks to',
    2e-3,
    () => {
      const zeros: NdArray = { dtype: 'float32', shape: [100, 100, 50], data: new Float32Array(500_000) };
      return file('a.npz', writeNpz(new Map([['cube', zeros]]), { compress: true }));
    },
    /^Too little memory: a\.npz .* 2000128 bytes.* at most 644245 bytes together\. Save a part of it/,
  ],
  [
    'the copy in float32',
    4e-3,
    () => {
      const bytes: NdArray = { dtype: 'uint8', shape: [100, 100, 50], data: new Uint8Array(500_000) };
      return file('a.npy', writeNpy(bytes));
    },
    'Too little memory: a.npy takes 5 MB',
  ],
])('refuses a cube for which there is no room, by %s', async (_, deviceMemory, bad, words) => {
  vi.stubGlobal('navigator', { deviceMemory });
  await expect(openCube([bad()])).rejects.toThrow(words);
});
