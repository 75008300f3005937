import { describe, expect, it } from 'vitest';
import {
  aggregate,
  evaluateProtocol,
  getProtocol,
  mrae,
  protocolNames,
  psnr,
  rmse,
  sam,
  summarise,
  type Cube,
} from '../index.js';
import { clipCube, cropCube } from '../cube.js';
import { makeCube, mapCube, waves } from '../test-cubes.js';

const wavelengths = [420, 470, 520, 570, 620, 670];
const truth: Cube = { ...waves(20, 22, 6), wavelengths };
const noisy = mapCube(waves(20, 22, 6, 0.3), (v, k) => v * 1.2 + (k % 7 === 0 ? -0.4 : 0.3));

describe('evaluateProtocol', () => {
  it('columns of every protocol', () => {
    const columns = Object.fromEntries(
      protocolNames.map((name) => [name, getProtocol(name).columns.map((c) => c.key)]),
    );
    expect(columns).toEqual({
      standard: ['MRAE', 'RMSE', 'PSNR', 'SAM', 'SSIM', 'ERGAS', 'DeltaE2000'],
      'gmsr-official': ['MRAE', 'RMSE', 'PSNR', 'ASSIM', 'SAM_band'],
      'mst-official': ['MRAE', 'MRAE_custom', 'RMSE', 'PSNR'],
      ntire2022: ['MRAE', 'RMSE', 'PSNR', 'SAM'],
    });
  });

  it('standard does not clip, gmsr-official clips the reconstruction to [0, 1]', () => {
    expect(evaluateProtocol('standard', truth, noisy)['RMSE']).toBe(rmse(truth, noisy));
    const scores = evaluateProtocol('gmsr-official', truth, noisy);
    const clipped = clipCube(noisy, [0, 1]);
    expect(scores['RMSE']).toBe(rmse(truth, clipped));
    expect(scores['RMSE']).not.toBe(rmse(truth, noisy));
    expect(scores['MRAE']).toBe(mrae(clipped, truth, { convention: 'add-1e-3' }));
    expect(scores['PSNR']).toBe(psnr(truth, clipped, { peak: 'band-maximum' }));
  });

  it('DeltaE2000 is there exactly when the wavelengths are known', () => {
    expect(evaluateProtocol('standard', truth, noisy)).toHaveProperty('DeltaE2000');
    expect(evaluateProtocol('standard', { ...truth, wavelengths: undefined }, noisy)).not.toHaveProperty(
      'DeltaE2000',
    );
  });

  it('ntire2022 and mst-official score [128:-128, 128:-128] only', () => {
    const y = waves(261, 258, 2);
    const inside = (k: number) => {
      const [i, j] = [Math.floor(k / (258 * 2)), Math.floor(k / 2) % 258];
      return i >= 128 && i < 133 && j >= 128 && j < 130;
    };
    const x = mapCube(y, (v, k) => (inside(k) ? v + 0.1 : NaN));
    for (const name of ['ntire2022', 'mst-official']) {
      const scores = evaluateProtocol(name, y, x);
      expect(scores['RMSE']).toBeCloseTo(0.1, 12);
      expect(scores['PSNR']).toBeCloseTo(20, 9);
    }
    expect(evaluateProtocol('ntire2022', y, x)['SAM']).toBe(
      sam(cropCube(y, 128), cropCube(x, 128), { unit: 'radians' }),
    );
    expect(() => evaluateProtocol('ntire2022', truth, noisy)).toThrow(
      /'ntire2022' scores \[128:-128\].*image is 20 x 22; use 'standard'/,
    );
  });

  it('refuses in its own name what no column could score', () => {
    expect(() => evaluateProtocol('standard', truth, waves(20, 21, 6))).toThrow(
      /^evaluateProtocol 'standard': reconstruction is \[20, 21, 6\], but truth is \[20, 22, 6\]/,
    );
    const cropped = { ...getProtocol('standard'), crop: 3 };
    for (const nothing of [waves(12, 6, 2), waves(6, 12, 2)])
      expect(() => evaluateProtocol(cropped, nothing, nothing)).toThrow(
        /^evaluateProtocol: protocol 'standard'/,
      );
    const one = makeCube(7, 8, 1, (i, j) => i + j);
    const rmseOnly = { ...cropped, columns: [{ key: 'RMSE', metric: 'rmse' as const }] };
    expect(evaluateProtocol(rmseOnly, one, one)).toEqual({ RMSE: 0 });
  });

  it('leaves out dark pixels and the mask, which is cropped with the cubes', () => {
    const y = makeCube(12, 12, 2, (i) => (i < 6 ? 0.01 : 0.5));
    const x = makeCube(12, 12, 2, (i) => (i < 6 ? 0.5 : 0.6));
    expect(evaluateProtocol('standard', y, x, { darkThreshold: 0.05 })['RMSE']).toBeCloseTo(0.1, 12);
    const own = { ...getProtocol('standard'), darkThreshold: 0.05 };
    expect(evaluateProtocol(own, y, x)['RMSE']).toBeCloseTo(0.1, 12);
    expect(evaluateProtocol(own, y, x, { darkThreshold: null })['RMSE']).toBeGreaterThan(0.3);
    const mask = new Uint8Array(144).map((_, p) => (p === 6 * 12 + 3 ? 1 : 0));
    const far = mapCube(x, (v, k) => (Math.floor(k / 2) === 6 * 12 + 3 ? 0.75 : v));
    const cropped = { ...getProtocol('mst-official'), crop: 3 };
    expect(evaluateProtocol(cropped, y, far, { mask })['RMSE']).toBeCloseTo(0.25, 12);
    expect(evaluateProtocol(cropped, y, far, { mask, darkThreshold: 0.9 })['RMSE']).toBeNaN();
  });

  it('a mask is cropped as the cubes are', () => {
    const mask = new Uint8Array(20 * 22).map((_, p) => (p * 7) % 3);
    const { data, width, height } = cropCube(
      { data: Float64Array.from(mask), height: 20, width: 22, bands: 1 },
      2,
    );
    const own = { ...getProtocol('mst-official'), crop: 2 };
    const cropped = cropCube(truth, 2);
    expect([cropped.height, cropped.width]).toEqual([height, width]);
    expect(evaluateProtocol(own, truth, noisy, { mask })['RMSE']).toBe(
      rmse(cropped, cropCube(noisy, 2), { mask: Uint8Array.from(data) }),
    );
  });

  it('an unknown name says the nearest one', () => {
    expect(() => evaluateProtocol('gmsr-oficial', truth, noisy)).toThrow(
      "unknown protocol 'gmsr-oficial'. Did you mean 'gmsr-official'? Known: standard, gmsr-official, mst-official, ntire2022.",
    );
    expect(() => getProtocol('NTIRE-2022')).toThrow(/Did you mean 'ntire2022'/);
    expect(() => getProtocol('toString')).toThrow(/unknown protocol/);
  });
});

describe('aggregate', () => {
  it('is the mean of the scenes; NaN and Infinity stay visible', () => {
    const scenes = [
      { RMSE: 1, PSNR: 20 },
      { RMSE: 2, PSNR: Infinity },
      { RMSE: 6, PSNR: 40 },
    ];
    expect(aggregate(scenes)).toEqual({ RMSE: 3, PSNR: Infinity });
    expect(summarise(scenes)['RMSE']).toEqual({
      mean: 3,
      std: Math.sqrt((4 + 1 + 9) / 2),
      min: 1,
      max: 6,
      count: 3,
    });
    expect(aggregate([{ RMSE: NaN }, { RMSE: 1 }])['RMSE']).toBeNaN();
    expect(summarise([{ RMSE: 5 }])['RMSE']!.std).toBe(0);
  });

  it('refuses nothing and mixed protocols', () => {
    expect(() => aggregate([])).toThrow(/list of scenes is empty/);
    expect(() => aggregate([{ RMSE: 1 }, { SAM: 1 }])).toThrow(
      /scene 1 has the columns SAM, but scene 0 has RMSE/,
    );
  });
});
