import { checkPair, type Cube, type MaskOptions } from './cube.js';
import { defineMetric } from './metric-definition.js';

/**
 * Mean squared error over the counted pixels and all bands: mean (y - x)^2. NaN when the mask leaves out all pixels.
 * Shapes: both cubes [H, W, C]; result in the squared unit of the cubes. Sums in float64.
 */
export function mse(truth: Cube, reconstruction: Cube, options: MaskOptions = {}): number {
  const { mask } = options;
  checkPair('mse', truth, reconstruction, mask);
  const { bands } = truth;
  const pixels = truth.height * truth.width;
  let sum = 0;
  let count = 0;
  for (let p = 0; p < pixels; p++) {
    if (mask !== undefined && mask[p] === 0) continue;
    for (let k = p * bands; k < (p + 1) * bands; k++) {
      const e = truth.data[k]! - reconstruction.data[k]!;
      sum += e * e;
    }
    count += bands;
  }
  return sum / count;
}

/**
 * Root mean squared error over the whole cube: RMSE = sqrt(mean (y - x)^2), in the unit of the cubes; 0 is perfect.
 * Source: as in NTIRE 2020/2022, GMSR-Net eq. in IV-B and MST++ (all agree). A NaN in a counted value gives NaN.
 */
export function rmse(truth: Cube, reconstruction: Cube, options: MaskOptions = {}): number {
  checkPair('rmse', truth, reconstruction, options.mask);
  return Math.sqrt(mse(truth, reconstruction, options));
}

export const rmseMetric = defineMetric({
  name: 'rmse',
  compute: rmse,
  better: 'smaller',
  perfect: 0,
  variants: [{}],
  source: 'NTIRE challenges',
  settings: '',
});
