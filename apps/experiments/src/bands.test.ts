import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readMat5, readNpy, readNpz, readSafetensors, writePng } from '@prismamba/formats';
import { openEnvi } from '@prismamba/formats/node';
import { fixturePath } from '@prismamba/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runHere } from './testing/run-here.js';

/** Cubes of 28 bands, 453.5 to 648 nm in uneven steps. */
const DATA = fixturePath('cassi-28');
const NM = [
  453.5, 457.5, 462, 466, 471.5, 476.5, 481.5, 487, 492.5, 498, 504, 510, 516, 522.5, 529.5, 536.5, 544,
  551.5, 558.5, 567.5, 575.5, 584.5, 594.5, 604, 614.5, 625, 636.5, 648,
];

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'bands-'));
}, 120_000);
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

const prismamba = (...args: string[]) => runHere(args, folder);
const set = (...settings: string[]) => settings.flatMap((setting) => ['--set', setting]);

/** Two steps on the fixture, however many bands the network has. */
const train = (out: string, ...settings: string[]) =>
  prismamba(
    ...['train', 'quickstart', '--data', DATA, '--split', join(DATA, 'split.json'), '--out', out],
    ...set('data=cassi-28', 'training.duration=2 steps', 'training.batch_size=2'),
    ...set('patches.size=12', 'patches.stride=12', 'report.scenes=1', ...settings),
  );

describe('28 bands', () => {
  it('are trained, scored, and reconstructed from a photo; the wavelengths travel', async () => {
    const trained = await train('run', 'model.options.bands=28', 'model.options.widths=[6, 28]');
    expect(trained.code, trained.stderr).toBe(0);
    const [time] = readdirSync(join(folder, 'run', 'quickstart'));
    const name = join('run', 'quickstart', time!);
    const run = join(folder, name);
    const { metadata } = readSafetensors(readFileSync(join(run, 'weights.safetensors')));
    expect(JSON.parse(metadata['prismamba.wavelengths']!)).toEqual(NM);
    // The baselines take the bands of the model.
    expect(readFileSync(join(run, 'scores.csv'), 'utf8')).toMatch(/polynomial-regression/);

    const scored = await prismamba('evaluate', name, '--json');
    expect(scored.code, scored.stderr).toBe(0);
    const shifted = await prismamba(
      ...['evaluate', name, ...set(`data.files.wavelengths=[${NM.map((nm) => nm + 5).join(',')}]`)],
    );
    expect(shifted.code).toBe(1);
    expect(shifted.stderr).toMatch(
      /its 28 bands are 453\.5, .* nm, those of the cubes 458\.5, .* nm; bring the cubes/,
    );

    const data = Uint8Array.from({ length: 20 * 18 * 3 }, (_, i) => (i * 37) % 256);
    writeFileSync(
      join(folder, 'photo.png'),
      writePng({ width: 18, height: 20, channels: 3, bitDepth: 8, data }),
    );
    for (const kind of ['npy', 'npz', 'mat', 'hdr']) {
      const { code, stdout, stderr } = await prismamba(
        ...[
          'reconstruct',
          'photo.png',
          '--run',
          name,
          '--out',
          `cube.${kind}`,
          '--at',
          '3,4',
          '--threads',
          '1',
        ],
      );
      expect(code, stderr).toBe(0);
      expect(stdout).toContain(`28 bands, ${NM.join(', ')} nm`);
    }
    const cube = readNpy(readFileSync(join(folder, 'cube.npy')));
    expect(cube.shape).toEqual([20, 18, 28]);
    expect(JSON.parse(readFileSync(join(folder, 'cube.bands.json'), 'utf8'))).toEqual({
      wavelengths: NM,
      unit: 'nm',
    });
    const npz = readNpz(readFileSync(join(folder, 'cube.npz')));
    expect(npz.get('cube')).toEqual(cube);
    expect([...npz.get('wavelengths')!.data]).toEqual(NM);
    const mat = readMat5(readFileSync(join(folder, 'cube.mat'))).arrays;
    expect(mat.get('cube')).toEqual(cube);
    expect([...mat.get('bands')!.data]).toEqual(NM);
    const envi = openEnvi(join(folder, 'cube.hdr'));
    expect([envi.shape, envi.header.wavelengthsNm]).toEqual([[20, 18, 28], NM]);
    envi.close();
    const spectra = readFileSync(join(folder, 'cube.spectra.csv'), 'utf8').trim().split('\n').slice(1);
    expect(spectra.map((row) => Number(row.split(',')[0]))).toEqual(NM);
    spectra.forEach((row, band) =>
      expect(Number(row.split(',')[1])).toBe(cube.data[(4 * 18 + 3) * 28 + band]),
    );
  }, 120_000);

  it('for a network of 31 bands are an error before the first step, with both settings and the ways out', async () => {
    const { code, stderr } = await train('refused');
    expect(code).toBe(1);
    expect(stderr).toMatch(
      /model\.options\.bands: GMSR-Net makes 31 bands, but the cubes have 28, 453\.5 to 648 nm \(data\.files\.resample_to: none\); set model\.options\.bands to 28 and the last of its widths too, or let data\.files\.resample_to be standard/,
    );
    const standard = await train('outside', 'data.files.resample_to=standard');
    expect(standard.code).toBe(1);
    expect(standard.stderr).toMatch(
      /lies outside 453\.5-648 nm; .* or keep the bands of the files: resample_to none/,
    );
    const fixed = await train('fixed', 'model.name=hsrnet', 'model.options.bands=28');
    expect(fixed.code).toBe(1);
    expect(fixed.stderr).toMatch(
      /because its blue, green and red branches make 6, 10 and 15 of them; every other model/,
    );
  }, 120_000);

  it('are resampled with a line that says so where the edges may be extended', async () => {
    const { code, stderr } = await train(
      'resampled',
      'data.files.resample_to=standard',
      'data.files.outside=nearest',
      'model.options.widths=[6, 31]',
    );
    expect(code, stderr).toBe(0);
    expect(stderr).toContain(
      '3 cubes: 28 bands from 453.5 to 648 nm are resampled to 31 bands from 400 to 700 nm; resample_to none keeps them',
    );
  }, 120_000);
});
