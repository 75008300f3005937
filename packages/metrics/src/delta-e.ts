import { deltaE2000 } from './colour/delta-e-2000.js';
import { colourWeights, renderLab } from './colour/render-lab.js';
import { checkPair, MetricArgumentError, type Cube, type MaskOptions } from './cube.js';
import { defineMetric } from './metric-definition.js';

export interface DeltaEOptions extends MaskOptions {
  /** Band centres in nm; default those of the truth. */
  readonly wavelengths?: ArrayLike<number>;
}

/**
 * Mean CIEDE2000 colour difference between the two cubes as a person would see them: each spectrum taken as reflectance
 * (1 = white) under CIE D65, seen by the CIE 1931 2-degree observer, in L*a*b* relative to that white; 0 is perfect.
 *
 * Sources: see `colourWeights` and `deltaE2000`. Shapes: both cubes [H, W, C]. Spectra that differ only in what the
 * eye cannot see (metamers) have 0. NaN in a counted pixel gives NaN.
 */
export function deltaE(truth: Cube, reconstruction: Cube, options: DeltaEOptions = {}): number {
  const { mask, wavelengths = truth.wavelengths } = options;
  checkPair('deltaE', truth, reconstruction, mask);
  if (wavelengths === undefined || wavelengths.length !== truth.bands) {
    throw new MetricArgumentError(
      `deltaE: ${wavelengths === undefined ? 'no' : wavelengths.length} wavelengths for ${truth.bands} bands; give the ` +
        `band centres in nm, as truth.wavelengths or as the option.`,
    );
  }
  const weights = colourWeights(wavelengths);
  const pixels = truth.height * truth.width;
  let sum = 0;
  let count = 0;
  for (let p = 0; p < pixels; p++) {
    if (mask !== undefined && mask[p] === 0) continue;
    const offset = p * truth.bands;
    sum += deltaE2000(
      renderLab(truth.data, offset, weights),
      renderLab(reconstruction.data, offset, weights),
    );
    count++;
  }
  return sum / count;
}

export const deltaEMetric = defineMetric({
  name: 'deltaE',
  compute: deltaE,
  better: 'smaller',
  perfect: 0,
  variants: [{}],
  source: 'CIE 142-2001, Sharma 2005',
  settings: '`wavelengths`',
  needsWavelengths: true,
});
