import { bandStatistics } from './band-statistics.js';
import { checkPair, MetricArgumentError, type Cube, type MaskOptions } from './cube.js';
import { mse } from './rmse.js';
import { defineMetric } from './metric-definition.js';

/**
 * Which peak the noise is compared with.
 * - a number: that peak, one MSE over the whole cube (the usual definition; 1 for reflectance in [0, 1]).
 * - `cube-maximum`: the largest true value of the counted pixels, one MSE over the whole cube.
 * - `band-maximum`: per band, that band's largest true value against that band's MSE; the decibels are averaged over
 *   the bands (GMSR-Net's test script).
 * - `clamp-255`: both cubes limited to [0, 1] and multiplied by 255, peak 255, one MSE over the cube (MST++'s
 *   validation, taken over by GMSR-Net's).
 */
export type PsnrPeak = number | 'cube-maximum' | 'band-maximum' | 'clamp-255';

export interface PsnrOptions extends MaskOptions {
  /** Default 1. */
  readonly peak?: PsnrPeak;
}

/** 10 log10(peak^2 / mse); exact agreement is +Infinity whatever the peak, also when the peak is 0. */
function decibels(peak: number, meanSquaredError: number): number {
  if (meanSquaredError === 0) return Infinity;
  return 10 * Math.log10((peak * peak) / meanSquaredError);
}

/**
 * Peak signal-to-noise ratio in dB: PSNR = 10 log10(peak^2 / MSE); larger is better, +Infinity is perfect.
 *
 * The three peaks in use differ by several dB on the same cubes: see {@link PsnrPeak}. Shapes: both cubes [H, W, C].
 * Defined edge cases: MSE 0 is +Infinity (so one perfect band makes the band mean +Infinity); a peak of 0 with an
 * error is -Infinity; NaN in gives NaN out.
 */
export function psnr(truth: Cube, reconstruction: Cube, options: PsnrOptions = {}): number {
  const { mask, peak = 1 } = options;
  checkPair('psnr', truth, reconstruction, mask);
  if (peak === 'clamp-255') return clampedPsnr(truth, reconstruction, mask);
  if (peak === 'band-maximum') {
    const { maximum, mse: errors } = bandStatistics(truth, reconstruction, mask);
    let sum = 0;
    for (let b = 0; b < truth.bands; b++) sum += decibels(maximum[b]!, errors[b]!);
    return sum / truth.bands;
  }
  if (peak === 'cube-maximum') {
    const { maximum } = bandStatistics(truth, reconstruction, mask);
    return decibels(Math.max(...maximum), mse(truth, reconstruction, { mask }));
  }
  if (typeof peak !== 'number' || !(peak > 0) || !Number.isFinite(peak)) {
    throw new MetricArgumentError(
      `psnr: peak is ${String(peak)}, but must be a positive number, 'cube-maximum', 'band-maximum' or 'clamp-255'.`,
    );
  }
  return decibels(peak, mse(truth, reconstruction, { mask }));
}

/** MSE of clamp(y) * 255 against clamp(x) * 255 with peak 255: the same number as peak 1 after the clamp. */
function clampedPsnr(truth: Cube, reconstruction: Cube, mask: Uint8Array | undefined): number {
  const { bands } = truth;
  const pixels = truth.height * truth.width;
  let sum = 0;
  let count = 0;
  for (let p = 0; p < pixels; p++) {
    if (mask !== undefined && mask[p] === 0) continue;
    for (let k = p * bands; k < (p + 1) * bands; k++) {
      const y = Math.min(1, Math.max(0, truth.data[k]!));
      const x = Math.min(1, Math.max(0, reconstruction.data[k]!));
      const e = 255 * y - 255 * x;
      sum += e * e;
    }
    count += bands;
  }
  return decibels(255, sum / count);
}

export const psnrMetric = defineMetric({
  name: 'psnr',
  compute: psnr,
  better: 'larger',
  perfect: Infinity,
  variants: [{ peak: 1 }, { peak: 'cube-maximum' }, { peak: 'band-maximum' }, { peak: 'clamp-255' }],
  source: '',
  settings: '`peak`: a number, `cube-maximum`, `band-maximum`, `clamp-255`',
});
