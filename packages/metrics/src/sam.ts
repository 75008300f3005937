import { checkPair, type Cube, type MaskOptions } from './cube.js';
import { defineMetric } from './metric-definition.js';

export type AngleUnit = 'degrees' | 'radians';

export interface SamOptions extends MaskOptions {
  /** Default `degrees`, as most papers; the NTIRE 2022 tools print radians. */
  readonly unit?: AngleUnit;
}

export const radiansTo = (unit: AngleUnit, angle: number): number =>
  unit === 'degrees' ? (angle * 180) / Math.PI : angle;

/**
 * Spectral angle mapper: SAM = mean over pixels of arccos( <y, x> / (|y| |x|) ), y and x the spectra of one pixel.
 *
 * Source: Kruse et al., Remote Sensing of Environment 44, 1993. The cosine is limited to [-1, 1]. Shapes: both cubes
 * [H, W, C]; invariant to a positive factor on either spectrum. The angle to a zero spectrum does not exist: pixels
 * where either spectrum is all zero are left out; NaN when no pixel is left. NaN in a counted pixel gives NaN.
 * Near 0 the arccos resolves about 1e-8 radians.
 */
export function sam(truth: Cube, reconstruction: Cube, options: SamOptions = {}): number {
  const { mask, unit = 'degrees' } = options;
  checkPair('sam', truth, reconstruction, mask);
  const { bands } = truth;
  const y = truth.data;
  const x = reconstruction.data;
  const pixels = truth.height * truth.width;
  let sum = 0;
  let count = 0;
  for (let p = 0; p < pixels; p++) {
    if (mask !== undefined && mask[p] === 0) continue;
    let yy = 0;
    let xx = 0;
    let yx = 0;
    for (let k = p * bands; k < (p + 1) * bands; k++) {
      yy += y[k]! * y[k]!;
      xx += x[k]! * x[k]!;
      yx += y[k]! * x[k]!;
    }
    // The product with a zero spectrum is 0, or NaN where the other one is broken; that must show.
    if ((yy === 0 || xx === 0) && !Number.isNaN(yx)) continue;
    // One root of the product keeps the cosine of equal spectra at exactly 1.
    sum += Math.acos(Math.min(1, Math.max(-1, yx / Math.sqrt(yy * xx))));
    count++;
  }
  return radiansTo(unit, sum / count);
}

export const samMetric = defineMetric({
  name: 'sam',
  compute: sam,
  better: 'smaller',
  perfect: 0,
  variants: [{}],
  source: 'Kruse et al. 1993',
  settings: '`unit`: `degrees`, `radians`',
});
