import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { writeMat5, writeNpy, type NdArray } from '@prismamba/formats';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { interpolateCurve, standardWavelengths, uniformWavelengths } from '../spectra/spectral-table.js';
import { openDataset } from './open-dataset.js';

let root: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'prismamba-resample-'));
});
afterEach(() => rm(root, { recursive: true, force: true }));

const [height, width] = [4, 5];
/** 28 bands as papers on compressive imaging have them, here 393 to 717 nm so that the standard grid lies inside. */
const nm28 = uniformWavelengths(393, 717, 12);
const cubeOf = (nm: readonly number[]) =>
  Float32Array.from({ length: height * width * nm.length }, (_, i) => {
    const pixel = Math.floor(i / nm.length);
    return (nm[i % nm.length]! - 350) / 400 + 0.001 * pixel;
  });
const array = (nm: readonly number[]) => ({
  dtype: 'float32' as const,
  shape: [height, width, nm.length],
  data: cubeOf(nm),
});
async function putMat(name: string, nm: readonly number[]) {
  const bands = { dtype: 'float64' as const, shape: [nm.length], data: Float64Array.from(nm) };
  await writeFile(
    join(root, name),
    writeMat5(
      new Map<string, NdArray>([
        ['cube', array(nm)],
        ['wavelengths', bands],
      ]),
    ),
  );
}

describe('a folder of 28-band cubes', () => {
  it('is resampled to the standard bands unless told, and says so', async () => {
    expect(nm28.length).toBe(28);
    await putMat('a.mat', nm28);
    const source = await openDataset('folder', root);
    expect(source.wavelengths).toEqual(standardWavelengths);
    expect(source.notes).toContain(
      '1 cube: 28 bands from 393 to 717 nm are resampled to 31 bands from 400 to 700 nm; resample_to none keeps them',
    );
    const { cube } = await source.load('a');
    const spectrum = interpolateCurve(nm28, cubeOf(nm28).subarray(0, 28), standardWavelengths);
    standardWavelengths.forEach((_, band) => expect(cube[band]).toBeCloseTo(spectrum[band]!, 6));
  });

  it('keeps its bands where told, and goes to a list of its own', async () => {
    await putMat('a.mat', nm28);
    const kept = await openDataset('folder', root, { resampleTo: 'none' });
    expect(kept.wavelengths).toEqual(nm28);
    expect(kept.scenes[0]?.bands).toBe(28);
    expect((await kept.load('a')).cube).toEqual(cubeOf(nm28));
    expect(kept.notes.join()).not.toContain('resampled');
    const three = await openDataset('folder', root, { resampleTo: [450, 550, 650] });
    expect((await three.load('a')).wavelengths).toEqual([450, 550, 650]);
  });

  it('needs the same bands in all scenes, and bands inside the measured range', async () => {
    await putMat('a.mat', nm28);
    await putMat('b.mat', uniformWavelengths(400, 670, 10));
    await expect(openDataset('folder', root, { resampleTo: 'none' })).rejects.toThrow(
      "folder: scene 'b' has 28 bands from 400 to 670 nm, scene 'a' 28 bands from 393 to 717 nm; scenes of one run need the same bands: resample_to standard, or a list in nm",
    );
    const source = await openDataset('folder', root);
    await expect(source.load('b')).rejects.toThrow(
      /scene 'b'.*680 nm lies outside 400-670 nm; choose outside 'zero' or 'nearest', or keep the bands of the files: resample_to none/,
    );
  });

  it('.npy files name their bands in a file beside them', async () => {
    await writeFile(join(root, 'a.npy'), writeNpy(array(nm28)));
    await expect(openDataset('folder', root)).rejects.toThrow("give 'wavelengths' in nm");
    const beside = join(root, 'a.bands.json');
    await writeFile(beside, JSON.stringify({ wavelengths: nm28 }));
    expect((await openDataset('folder', root, { resampleTo: 'none' })).wavelengths).toEqual(nm28);
    for (const bad of [
      '[',
      '{}',
      '{"wavelengths": [450, 440]}',
      JSON.stringify({ wavelengths: [...nm28].reverse() }),
    ]) {
      await writeFile(beside, bad);
      await expect(openDataset('folder', root)).rejects.toThrow(
        /a\.bands\.json: .*wanted \{"wavelengths": \[\.\.\.\]\} with a number in nm for each band/,
      );
    }
  });
});
