import { checkPair, MetricArgumentError, type Cube, type MaskOptions } from './cube.js';
import { windowMean } from './window-mean.js';
import { defineMetric } from './metric-definition.js';

/**
 * - `uniform-7`: 7x7 mean, sample (co)variance (divide by 48), the default of scikit-image: GMSR-Net's "ASSIM".
 * - `gaussian-11`: 11x11 Gaussian of sigma 1.5, population (co)variance: Wang et al. and MATLAB; "MSSIM".
 */
export type SsimWindow = 'uniform-7' | 'gaussian-11';

export interface SsimOptions extends MaskOptions {
  /** Default `gaussian-11`. */
  readonly window?: SsimWindow;
  /** L in C1 = (0.01 L)^2, C2 = (0.03 L)^2; `cube-range` = max - min of the whole true cube. Default 1. */
  readonly dataRange?: number | 'cube-range';
}

function kernelOf(window: SsimWindow): { kernel: Float64Array; covarianceScale: number } {
  if (window === 'uniform-7') {
    return { kernel: new Float64Array(7).fill(1 / 7), covarianceScale: 49 / 48 };
  }
  if (window === 'gaussian-11') {
    const kernel = Float64Array.from({ length: 11 }, (_, i) => Math.exp(-((i - 5) ** 2) / (2 * 1.5 ** 2)));
    const sum = kernel.reduce((a, b) => a + b, 0);
    return { kernel: kernel.map((w) => w / sum), covarianceScale: 1 };
  }
  throw new MetricArgumentError(
    `ssim: window is '${String(window)}', but must be 'uniform-7' or 'gaussian-11'.`,
  );
}

function rangeOf(truth: Cube, dataRange: number | 'cube-range'): number {
  if (dataRange !== 'cube-range') {
    if (dataRange > 0 && Number.isFinite(dataRange)) return dataRange;
    throw new MetricArgumentError(
      `ssim: dataRange is ${dataRange}, but must be a positive number or 'cube-range'.`,
    );
  }
  let low = Infinity;
  let high = -Infinity;
  for (const value of truth.data) {
    low = Math.min(low, value);
    high = Math.max(high, value);
  }
  return high - low;
}

/** a / b, and its limit 1 where both are 0 (equal constants under a data range of 0). */
const ratio = (a: number, b: number): number => (a === 0 && b === 0 ? 1 : a / b);

const finiteOrZero = (value: number): number => (Number.isFinite(value) ? value : 0);

/**
 * Structural similarity per band, averaged over window positions and then over bands; 1 is perfect:
 * SSIM = (2 my mx + C1)(2 cyx + C2) / ((my^2 + mx^2 + C1)(vy + vx + C2)).
 *
 * Source: Wang, Bovik, Sheikh, Simoncelli, IEEE TIP 13(4), 2004. Only windows that lie inside the image count (borders
 * of 3 or 5 pixels are cropped); with a mask, only those whose centre is counted, although they look at their whole
 * surrounding. Shapes: both cubes [H, W, C], at least one window high and wide. Separable windows in float64,
 * O(H W C window); memory 6 planes of H x W float64. Constant cubes are defined: each factor that is 0/0 counts as its
 * limit 1. NaN or Infinity in a counted window of either cube gives NaN.
 */
export function ssim(truth: Cube, reconstruction: Cube, options: SsimOptions = {}): number {
  const { mask, window = 'gaussian-11', dataRange = 1 } = options;
  checkPair('ssim', truth, reconstruction, mask);
  const { kernel, covarianceScale } = kernelOf(window);
  const size = kernel.length;
  const { height, width, bands } = truth;
  if (height < size || width < size) {
    throw new MetricArgumentError(
      `ssim: the image is ${height} x ${width}, but window '${window}' needs at least ${size} x ${size} pixels.`,
    );
  }
  const range = rangeOf(truth, dataRange);
  const c1 = (0.01 * range) ** 2;
  const c2 = (0.03 * range) ** 2;
  const rows = height - size + 1;
  const columns = width - size + 1;
  const half = (size - 1) / 2;

  const pixels = height * width;
  const planes = {
    y: new Float64Array(pixels),
    x: new Float64Array(pixels),
    product: new Float64Array(pixels),
  };
  const scratch = new Float64Array(height * columns);
  const meanY = new Float64Array(rows * columns);
  const meanX = new Float64Array(rows * columns);
  const meanYX = new Float64Array(rows * columns);
  const meanSquares = new Float64Array(rows * columns);

  let total = 0;
  for (let b = 0; b < bands; b++) {
    // (Co)variances do not change under a shift; taking off one pixel's value keeps E[y^2] - E[y]^2 from cancelling.
    // NaN would spread from there to windows that do not hold it.
    const shiftY = finiteOrZero(truth.data[b]!);
    const shiftX = finiteOrZero(reconstruction.data[b]!);
    const { y, x, product } = planes;
    for (let p = 0; p < pixels; p++) {
      y[p] = truth.data[p * bands + b]! - shiftY;
      x[p] = reconstruction.data[p * bands + b]! - shiftX;
    }
    windowMean(y, height, width, kernel, scratch, meanY);
    windowMean(x, height, width, kernel, scratch, meanX);
    for (let p = 0; p < pixels; p++) product[p] = y[p]! * x[p]!;
    windowMean(product, height, width, kernel, scratch, meanYX);
    for (let p = 0; p < pixels; p++) product[p] = y[p]! * y[p]! + x[p]! * x[p]!;
    windowMean(product, height, width, kernel, scratch, meanSquares);

    let sum = 0;
    let count = 0;
    for (let i = 0; i < rows; i++) {
      for (let j = 0; j < columns; j++) {
        if (mask !== undefined && mask[(i + half) * width + j + half] === 0) continue;
        const p = i * columns + j;
        const dy = meanY[p]!;
        const dx = meanX[p]!;
        // cyx = E[yx] - E[y] E[x]; vy + vx = E[y^2 + x^2] - E[y]^2 - E[x]^2
        const covariance = covarianceScale * (meanYX[p]! - dy * dx);
        const variances = covarianceScale * (meanSquares[p]! - dy * dy - dx * dx);
        const my = dy + shiftY;
        const mx = dx + shiftX;
        sum += ratio(2 * my * mx + c1, my * my + mx * mx + c1) * ratio(2 * covariance + c2, variances + c2);
        count++;
      }
    }
    total += sum / count;
  }
  return total / bands;
}

export const ssimMetric = defineMetric({
  name: 'ssim',
  compute: ssim,
  better: 'larger',
  perfect: 1,
  variants: [{ window: 'gaussian-11' }, { window: 'uniform-7', dataRange: 'cube-range' }],
  source: 'Wang et al. 2004',
  settings: '`window`: `gaussian-11` (MSSIM), `uniform-7` (ASSIM); `dataRange`: a number, `cube-range`',
});
