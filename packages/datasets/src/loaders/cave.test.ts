import { copyFile, cp, mkdir, mkdtemp, readFile, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { writePng } from '@prismamba/formats';
import { fixturePath, sharedPath } from '@prismamba/testing';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readSplit } from './read-split.js';
import { openDataset } from './open-dataset.js';

/** round(65535 * v), halves to even, as the fixtures were written. */
function value(row: number, column: number, band: number, k: number): number {
  const exact = (65535 * ((31 * row + 17 * column + 13 * band + 29 * k) % 97)) / 96;
  const down = Math.floor(exact);
  return exact - down === 0.5 ? down + (down % 2) : Math.round(exact);
}

let root: string;
const folder = () => join(root, 'beads_ms');
const band = (number: string) => join(folder(), 'beads_ms', `beads_ms_${number}.png`);

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'prismamba-cave-'));
  await cp(join(fixturePath('cave'), 'beads_ms'), folder(), { recursive: true });
});
afterEach(() => rm(root, { recursive: true, force: true }));

describe('cave', () => {
  it('reads the fixtures to the last bit', async () => {
    const source = await openDataset('cave', fixturePath('cave'));
    expect(source.scenes).toEqual([
      { id: 'beads', height: 24, width: 20, bands: 31 },
      { id: 'toys', height: 24, width: 20, bands: 31 },
    ]);
    for (const [id, k] of [
      ['beads', 9],
      ['toys', 10],
    ] as const) {
      const { cube } = await source.load(id);
      const expected = new Float32Array(24 * 20 * 31);
      for (let row = 0; row < 24; row++) {
        for (let column = 0; column < 20; column++) {
          for (let b = 0; b < 31; b++)
            expected[(row * 20 + column) * 31 + b] = value(row, column, b, k) / 65535;
        }
      }
      expect(cube).toEqual(expected);
    }
  });

  it('refuses links that lead out of the folder, of a scene and of a band', async () => {
    await symlink(join(fixturePath('cave'), 'toys_ms'), join(root, 'toys_ms'));
    await expect(openDataset('cave', root)).rejects.toThrow(
      /the link '.*toys_ms' leads out of the folder, to/,
    );
    await rm(join(root, 'toys_ms'));
    await rm(band('03'));
    await symlink(join(fixturePath('cave'), 'beads_ms', 'beads_ms', 'beads_ms_03.png'), band('03'));
    await expect(openDataset('cave', root)).rejects.toThrow(
      /scene 'beads': the link '.*beads_ms_03\.png' leads out of the folder/,
    );
  });

  it('reads the flat nesting too, and a region', async () => {
    const deep = await (await openDataset('cave', root)).load('beads');
    await rename(join(folder(), 'beads_ms'), join(root, 'moved'));
    await rm(folder(), { recursive: true });
    await rename(join(root, 'moved'), folder());
    const source = await openDataset('cave', root);
    expect((await source.load('beads')).cube).toEqual(deep.cube);
    const part = await source.readRegion('beads', { row: 2, column: 5, height: 3, width: 4 });
    expect(part.cube[(1 * 4 + 2) * 31 + 7]).toBe(deep.cube[(3 * 20 + 7) * 31 + 7]);
  });

  it('names scene and file of a missing and of an extra band', async () => {
    await rm(band('07'));
    await expect(openDataset('cave', root)).rejects.toThrow(
      /scene 'beads': 1 of 31 band files missing .*beads_ms_07\.png/,
    );
    await copyFile(band('08'), band('07'));
    await copyFile(band('08'), band('32'));
    await expect(openDataset('cave', root)).rejects.toThrow(
      /scene 'beads': extra band file beads_ms_32\.png/,
    );
  });

  it.each([
    [
      '8-bit bands',
      { channels: 1 as const, bitDepth: 8 as const },
      'has 8 bits a channel, wanted 16-bit grey',
    ],
    ['another size', { width: 19 }, 'has 24 x 19 pixels, wanted 24 x 20 as in band 01'],
    [
      'a coloured band',
      { channels: 3 as const },
      'is a colour image (3 channels that differ), wanted 16-bit grey',
    ],
  ])('names scene and file of %s', async (_what, change, message) => {
    const image = { width: 20, height: 24, channels: 1 as 1 | 3, bitDepth: 16 as 8 | 16, ...change };
    const length = image.width * image.height * image.channels;
    const data = image.bitDepth === 8 ? new Uint8Array(length) : Uint16Array.from({ length }, (_, i) => i);
    await writeFile(band('05'), writePng({ ...image, data }));
    const source = await openDataset('cave', root);
    await expect(source.load('beads')).rejects.toThrow(`scene 'beads': ${band('05')} ${message}`);
  });

  it('reads RGBA bands whose colours are equal (watercolors) as grey', async () => {
    const plain = await (await openDataset('cave', root)).load('beads');
    const data = new Uint16Array(24 * 20 * 4);
    for (let i = 0; i < 24 * 20; i++) {
      const grey = value(Math.floor(i / 20), i % 20, 4, 9);
      data.set([grey, grey, grey, 65535], i * 4);
    }
    await writeFile(band('05'), writePng({ width: 20, height: 24, channels: 4, bitDepth: 16, data }));
    expect((await (await openDataset('cave', root)).load('beads')).cube).toEqual(plain.cube);
  });

  it('names scene and file of a truncated PNG and of a file that is none', async () => {
    const bytes = await readFile(band('09'));
    await writeFile(band('09'), bytes.subarray(0, bytes.length - 60));
    const source = await openDataset('cave', root);
    await expect(source.load('beads')).rejects.toThrow(`scene 'beads': ${band('09')}`);
    await writeFile(band('01'), 'no image');
    await expect(openDataset('cave', root)).rejects.toThrow(`scene 'beads': ${band('01')} is no PNG file`);
  });

  it('explains a folder that is missing, empty, or not CAVE', async () => {
    await expect(openDataset('cave', join(root, 'nowhere'))).rejects.toThrow("nowhere': it does not exist");
    await mkdir(join(root, 'empty'));
    await expect(openDataset('cave', join(root, 'empty'))).rejects.toThrow('no scene folder NAME_ms');
    await expect((await openDataset('cave', root)).load('bead')).rejects.toThrow(
      "unknown scene 'bead', did you mean 'beads'?",
    );
  });
});

describe('real CAVE scenes', () => {
  const shared = sharedPath('data/cave-128');
  it.skipIf(shared === undefined)('load with their split (needs shared data/cave-128)', async () => {
    const source = await openDataset('cave', shared!);
    const split = await readSplit(join(shared!, 'split.json#mini'));
    expect(source.scenes).toHaveLength(24);
    const scene = await source.load(split.test[0]!);
    expect([scene.height, scene.width]).toEqual([128, 128]);
    // a bright balloon scene: reflectance above 0.5 somewhere, nothing outside [0, 1]
    expect(scene.cube.reduce((a, b) => Math.max(a, b), 0)).toBeGreaterThan(0.5);
    expect(scene.cube.every((v) => v >= 0 && v <= 1)).toBe(true);
  });
});
