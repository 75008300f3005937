import { checkPair, MetricArgumentError, type Cube, type MaskOptions } from './cube.js';
import { defineMetric } from './metric-definition.js';

/**
 * What keeps |e| / y defined where y is 0. The numbers are part of the convention.
 * - `none`: |e| / y, as the NTIRE challenges and MST++ write it. A zero gives Infinity, or NaN where e is 0 too.
 * - `skip-zeros`: `none` over the values where y is not 0 (the quantity is undefined at the others); NaN if none is left.
 * - `add-1e-3`: |e| / (y + 0.001), as GMSR-Net's validation.
 * - `replace-zeros-1e-8`: |e| / y with y = 1e-8 in place of 0, in the numerator too, as MST++'s variant for CAVE.
 */
export const mraeConventions = ['none', 'skip-zeros', 'add-1e-3', 'replace-zeros-1e-8'] as const;
export type MraeConvention = (typeof mraeConventions)[number];

export interface MraeOptions extends MaskOptions {
  /** Default `none`. */
  readonly convention?: MraeConvention;
  /**
   * Whose value divides; default `truth`. GMSR-Net's test script calls its function with the arguments swapped, so
   * that the reconstruction divides: `reconstruction` is here to reproduce that.
   */
  readonly denominator?: 'truth' | 'reconstruction';
}

/**
 * Mean relative absolute error: MRAE = mean over pixels and bands of |y - x| / y, y the truth, x the reconstruction.
 *
 * Source: NTIRE 2018 challenge on spectral reconstruction from RGB (Arad et al.); conventions see
 * {@link MraeConvention}. Shapes: both cubes [H, W, C]; result dimensionless, 0 is perfect. Sums in float64.
 * A NaN in a counted value gives NaN.
 */
export function mrae(truth: Cube, reconstruction: Cube, options: MraeOptions = {}): number {
  const { mask, convention = 'none', denominator = 'truth' } = options;
  checkPair('mrae', truth, reconstruction, mask);
  if (!mraeConventions.includes(convention)) {
    throw new MetricArgumentError(
      `mrae: convention is '${String(convention)}', but must be one of ${mraeConventions.join(', ')}.`,
    );
  }
  const y = denominator === 'truth' ? truth.data : reconstruction.data;
  const x = denominator === 'truth' ? reconstruction.data : truth.data;
  const { bands } = truth;
  const pixels = truth.height * truth.width;
  const addend = convention === 'add-1e-3' ? 0.001 : 0;
  const zero = convention === 'replace-zeros-1e-8' ? 1e-8 : 0;
  const skip = convention === 'skip-zeros';

  let sum = 0;
  let count = 0;
  for (let p = 0; p < pixels; p++) {
    if (mask !== undefined && mask[p] === 0) continue;
    for (let k = p * bands; k < (p + 1) * bands; k++) {
      let label = y[k]!;
      if (label === 0) {
        if (skip && !Number.isNaN(x[k])) continue; // a broken value must show
        label = zero;
      }
      sum += Math.abs(label - x[k]!) / (label + addend);
      count++;
    }
  }
  return sum / count;
}

export const mraeMetric = defineMetric({
  name: 'mrae',
  compute: mrae,
  better: 'smaller',
  perfect: 0,
  variants: [
    { convention: 'none' },
    { convention: 'skip-zeros' },
    { convention: 'add-1e-3' },
    { convention: 'replace-zeros-1e-8' },
  ],
  source: 'NTIRE challenges',
  settings: '`convention`: `none`, `skip-zeros`, `add-1e-3`, `replace-zeros-1e-8`; `denominator`',
});
