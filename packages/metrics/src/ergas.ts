import { bandStatistics } from './band-statistics.js';
import { checkPair, MetricArgumentError, type Cube, type MaskOptions } from './cube.js';
import { defineMetric } from './metric-definition.js';

export interface ErgasOptions extends MaskOptions {
  /**
   * l / h, coarse pixel size over fine pixel size; default 1. Spectral reconstruction does not change the pixel size;
   * papers on fusion divide by their factor (for example 4 or 32).
   */
  readonly scale?: number;
}

/**
 * Relative dimensionless global error: ERGAS = (100 / scale) sqrt( mean_b ( MSE_b / mean(y_b)^2 ) ); 0 is perfect.
 *
 * Source: L. Wald, "Data Fusion", 2002. Shapes: both cubes [H, W, C]. A band whose truth has mean 0 counts 0 where the
 * reconstruction is exact and makes the result Infinity otherwise; NaN in gives NaN out.
 */
export function ergas(truth: Cube, reconstruction: Cube, options: ErgasOptions = {}): number {
  const { mask, scale = 1 } = options;
  checkPair('ergas', truth, reconstruction, mask);
  if (!(scale > 0) || !Number.isFinite(scale)) {
    throw new MetricArgumentError(
      `ergas: scale is ${scale}, but must be a positive number (1 without a change of size).`,
    );
  }
  const { mean, mse } = bandStatistics(truth, reconstruction, mask);
  let sum = 0;
  for (let b = 0; b < truth.bands; b++) sum += mse[b] === 0 ? 0 : mse[b]! / (mean[b]! * mean[b]!);
  return (100 / scale) * Math.sqrt(sum / truth.bands);
}

export const ergasMetric = defineMetric({
  name: 'ergas',
  compute: ergas,
  better: 'smaller',
  perfect: 0,
  variants: [{}],
  source: 'Wald 2002',
  settings: '`scale`',
});
