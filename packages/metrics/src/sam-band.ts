import { checkPair, type Cube, type MaskOptions } from './cube.js';
import { radiansTo, type SamOptions } from './sam.js';
import { defineMetric } from './metric-definition.js';

/** Added to every value of a reconstructed band whose norm is 0, as GMSR-Net's test script does. */
const zeroBandOffset = 1e-4;

/**
 * The quantity that GMSR-Net's test script prints as "SAM": the angle between whole band images, not between spectra,
 * SAM_band = mean over bands of arccos( <Y_b, X_b> / (|Y_b| |X_b|) ), Y_b and X_b all counted pixels of band b.
 *
 * Source: the released test code of GMSR-Net (arXiv 2405.07777, Table I column SAM). It measures spatial correlation
 * per band and cannot be compared with anyone else's SAM; see `sam` for the spectral angle. As there, the arccos is
 * NOT limited to [-1, 1]: proportional cubes can give NaN through rounding, and an all-zero true band gives NaN. Bands
 * of the reconstruction that are all zero get 0.0001 added to each value. Identical cubes without such a band give
 * exactly 0.
 */
export function samBand(truth: Cube, reconstruction: Cube, options: SamOptions & MaskOptions = {}): number {
  const { mask, unit = 'degrees' } = options;
  checkPair('samBand', truth, reconstruction, mask);
  const { bands } = truth;
  const pixels = truth.height * truth.width;
  const y = new Float64Array(bands);
  const yy = new Float64Array(bands);
  const xx = new Float64Array(bands);
  const yx = new Float64Array(bands);
  let count = 0;
  for (let p = 0; p < pixels; p++) {
    if (mask !== undefined && mask[p] === 0) continue;
    count++;
    for (let b = 0; b < bands; b++) {
      const t = truth.data[p * bands + b]!;
      const r = reconstruction.data[p * bands + b]!;
      y[b]! += t;
      yy[b]! += t * t;
      xx[b]! += r * r;
      yx[b]! += t * r;
    }
  }
  if (count === 0) return NaN;
  let sum = 0;
  for (let b = 0; b < bands; b++) {
    const zero = xx[b] === 0;
    const inner = zero ? zeroBandOffset * y[b]! : yx[b]!;
    const norm = zero ? zeroBandOffset * zeroBandOffset * count : xx[b]!;
    sum += Math.acos(inner / Math.sqrt(yy[b]! * norm));
  }
  return radiansTo(unit, sum / bands);
}

export const samBandMetric = defineMetric({
  name: 'samBand',
  compute: samBand,
  better: 'smaller',
  perfect: 0,
  variants: [{}],
  source: "GMSR-Net's test script",
  settings: '`unit`',
});
