import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readPng, writeNpy } from '@prismamba/formats';
import { fixturePath } from '@prismamba/testing';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { previewDataset } from './preview-dataset.js';

let root: string;
let out: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'prismamba-preview-'));
  out = join(root, 'made', 'on the way');
});
afterEach(() => rm(root, { recursive: true, force: true }));

const png = async (path: string) => readPng(await readFile(path), { name: path });

describe('previewDataset', () => {
  it('shows the left half of a scene in blue light and the right half in red light', async () => {
    const [height, width] = [16, 16];
    const data = Float32Array.from({ length: height * width * 31 }, (_, i) => {
      const left = Math.floor(i / 31) % width < width / 2;
      const band = i % 31;
      return left === band < 8 && (band < 8 || band > 20) ? 0.8 : 0.02;
    });
    await writeFile(
      join(root, 'halves.npy'),
      writeNpy({ dtype: 'float32', shape: [height, width, 31], data }),
    );
    const preview = await previewDataset(root, { out });
    expect(preview).toMatchObject({ dataset: 'folder', scenes: ['halves'], failed: [] });
    const sheet = await png(preview.contactSheet);
    const colourAt = (image: typeof sheet, x: number, y: number) => {
      const at = (y * image.width + x) * image.channels;
      return [...image.data.subarray(at, at + 3)] as [number, number, number];
    };
    // The second picture of the pair is the cube under D65: 8 + 160 + 2 pixels from the left.
    const [r1, , b1] = colourAt(sheet, 170 + 40, 106);
    const [r2, , b2] = colourAt(sheet, 170 + 120, 106);
    expect(b1).toBeGreaterThan(2 * r1);
    expect(r2).toBeGreaterThan(2 * b2);
    // Below the scene the scale: black, grey (the code of half the light is 188), white.
    const bar = (x: number) => colourAt(sheet, 8 + x, 26 + 160 + 36 + 8 + 6)[0];
    expect([bar(0), bar(159)]).toEqual([0, 255]);
    expect(Math.abs(bar(80) - 188)).toBeLessThanOrEqual(1);
    // In the strips band 0 is bright on the left only, band 30 on the right only.
    const strips = await png(preview.bandStrips);
    const band = (number: number, x: number) => colourAt(strips, 8 + 42 * number + x, 26 + 20)[0];
    expect(band(0, 10)).toBeGreaterThan(4 * band(0, 30));
    expect(band(30, 30)).toBeGreaterThan(4 * band(30, 10));
  });

  it('leaves out what it cannot read and says why; spreads over long lists', async () => {
    await cp(fixturePath('cave'), root, { recursive: true });
    const damaged = join(root, 'beads_ms', 'beads_ms', 'beads_ms_03.png');
    await writeFile(damaged, (await readFile(damaged)).subarray(0, 90));
    const steps: number[] = [];
    const preview = await previewDataset(root, { out, onProgress: ({ done }) => steps.push(done) });
    expect(preview.scenes).toEqual(['toys']);
    expect(preview.failed).toEqual([
      { name: 'beads', problem: expect.stringMatching(/scene 'beads': .*beads_ms_03\.png/) as string },
    ]);
    expect(steps).toEqual([1, 2]);
    await expect(previewDataset(root, { out, open: { scenes: ['beads'] } })).rejects.toThrow('no scene of');
    const { scenes } = await previewDataset(fixturePath('harvard'), { out, most: 2 });
    expect(scenes).toEqual(['imgf1', 'imgf2_uncompressed']);
    await expect(previewDataset(root, { out, most: 0 })).rejects.toThrow('most must be an integer >= 1');
  });
});
