import type { NdArray } from '@prismamba/formats';
import { readGolden } from '@prismamba/testing';
import { describe, expect, it } from 'vitest';
import {
  adjacentBandDissimilarity,
  evaluateProtocol,
  getProtocol,
  mrae,
  psnr,
  rmse,
  sam,
  samBand,
  ssim,
  type Cube,
} from './index.js';

const golden = readGolden('metrics.npz');
/** Cases and sizes are those of the file, so that other numbers of the same format are compared as well. */
const cases = [...new Set([...golden.keys()].map((name) => name.split('/')[0]!))];

/** Tolerances of the golden README: metrics computed there in float64, and those computed in float32. */
const float64Tolerance = 1e-6;
const float32Tolerance = 1e-5;

/** Entries that a test has asked for; the last test finds those that none has. */
const asked = new Set<string>();

function entry(name: string): NdArray {
  asked.add(name);
  const array = golden.get(name);
  if (array === undefined) throw new Error(`metrics.npz has no entry ${name}`);
  return array;
}

function cube(name: string): Cube {
  const { shape, data } = entry(name);
  if (!(data instanceof Float32Array || data instanceof Float64Array))
    throw new Error(`${name} is no float array`);
  const [height = 0, width = 0, bands = 0] = shape;
  return { data, height, width, bands };
}

const truthOf = (name: string): Cube => cube(`${name}/gt_hwc`);
const reconstructionOf = (name: string): Cube => cube(`${name}/rec_hwc`);

function expectGolden(actual: number, name: string, tolerance: number): void {
  const wanted = Number(entry(name).data[0]);
  if (Number.isNaN(wanted)) {
    expect(actual, name).toBeNaN();
  } else {
    expect(
      Math.abs(actual - wanted) / Math.abs(wanted),
      `${name}: got ${actual}, wanted ${wanted}`,
    ).toBeLessThan(tolerance);
  }
}

/** The validation functions look at whole tensors; their protocol crops because ARAD_1K images are 482 x 512. */
const mstUncropped = { ...getProtocol('mst-official'), crop: 0 };

describe.each(cases)('golden metrics, case %s', (name) => {
  const truth = truthOf(name);
  const reconstruction = reconstructionOf(name);

  it('protocol gmsr-official equals the official test script', () => {
    const scores = evaluateProtocol('gmsr-official', truth, reconstruction);
    expectGolden(scores['MRAE']!, `${name}/gmsr_test_MRAE`, float64Tolerance);
    expectGolden(scores['RMSE']!, `${name}/gmsr_test_RMSE`, float64Tolerance);
    expectGolden(scores['PSNR']!, `${name}/gmsr_test_PSNR`, float64Tolerance);
    expectGolden(scores['ASSIM']!, `${name}/gmsr_test_SSIM`, float64Tolerance);
    expectGolden(scores['SAM_band']!, `${name}/gmsr_test_SAM_bandwise_deg`, float64Tolerance);
  });

  it('MRAE with truth + 0.001', () => {
    const value = mrae(truth, reconstruction, { convention: 'add-1e-3' });
    expectGolden(value, `${name}/MRAE_conventional_eps1e-3`, float64Tolerance);
    expectGolden(value, `${name}/gmsr_valid_MRAE`, float32Tolerance);
  });

  it('SAM per pixel in radians and degrees', () => {
    for (const [unit, suffix] of [
      ['radians', 'rad'],
      ['degrees', 'deg'],
    ] as const) {
      const value = sam(truth, reconstruction, { unit });
      const key = `${name}/SAM_standard_per_pixel_${suffix}`;
      const wanted = Number(entry(key).data[0]);
      if (wanted < 1e-5) {
        // Parallel spectra: only the rounding of arccos near 1 is left, about 2e-8 radians; relative error says nothing.
        expect(Math.abs(value - wanted)).toBeLessThan(unit === 'radians' ? 5e-8 : 3e-6);
      } else {
        expectGolden(value, key, float64Tolerance);
      }
    }
  });

  it('validation RMSE and PSNR', () => {
    expectGolden(rmse(truth, reconstruction), `${name}/gmsr_valid_RMSE`, float32Tolerance);
    expectGolden(
      psnr(truth, reconstruction, { peak: 'clamp-255' }),
      `${name}/gmsr_valid_PSNR`,
      float32Tolerance,
    );
  });

  it('protocol mst-official (without its crop) equals the MST++ validation', () => {
    const scores = evaluateProtocol(mstUncropped, truth, reconstruction);
    for (const key of ['MRAE', 'MRAE_custom', 'RMSE', 'PSNR']) {
      expectGolden(scores[key]!, `${name}/mstpp_${key}`, float32Tolerance);
    }
  });

  it('SSIM 11x11 Gaussian of band 0', () => {
    const band0 = (whole: Cube): Cube => ({
      ...whole,
      bands: 1,
      data: whole.data.filter((_, i) => i % whole.bands === 0),
    });
    const value = ssim(band0(truth), band0(reconstruction), { window: 'gaussian-11', dataRange: 1 });
    expectGolden(value, `${name}/gmsr_utils_ssim11_band0`, float32Tolerance);
  });

  it('SSIM loss of adjacent reconstructed bands', () => {
    const value = adjacentBandDissimilarity(reconstruction);
    expectGolden(value, `${name}/gmsr_utils_loss_ssim_hyper_rec`, float32Tolerance);
  });

  it('SAM counts the pixels where both spectra are not zero', () => {
    const isZero = ({ data, bands }: Cube, p: number) =>
      data.subarray(p * bands, (p + 1) * bands).every((v) => v === 0);
    let counted = 0;
    for (let p = 0; p < truth.height * truth.width; p++) {
      if (!isZero(truth, p) && !isZero(reconstruction, p)) counted++;
    }
    expect(counted).toBe(Number(entry(`${name}/SAM_pixels_used`).data[0]));
  });
});

it('SAM_band is not symmetric where a reconstructed band is zero', () => {
  const [truth, reconstruction] = [
    truthOf('zero_band_and_pixel'),
    reconstructionOf('zero_band_and_pixel'),
  ] as const;
  // Exchanged, the zero band is one of the truth, to which 0.0001 is not added.
  expect(samBand(truth, reconstruction)).toBeGreaterThan(0);
  expect(samBand(reconstruction, truth)).toBeNaN();
});

it('every entry of metrics.npz is compared', () => {
  expect([...golden.keys()].filter((name) => !asked.has(name))).toEqual([]);
});
