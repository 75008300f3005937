import type { Cube, MaskOptions } from './cube.js';
import { deltaE, type DeltaEOptions } from './delta-e.js';
import { ergas, type ErgasOptions } from './ergas.js';
import { mrae, type MraeOptions } from './mrae.js';
import { psnr, type PsnrOptions } from './psnr.js';
import { rmse } from './rmse.js';
import { samBand } from './sam-band.js';
import { sam, type SamOptions } from './sam.js';
import { ssim, type SsimOptions } from './ssim.js';

/** Options of each metric that a protocol can name. */
export interface MetricOptions {
  readonly mrae: MraeOptions;
  readonly rmse: MaskOptions;
  readonly psnr: PsnrOptions;
  readonly sam: SamOptions;
  readonly samBand: SamOptions;
  readonly ssim: SsimOptions;
  readonly ergas: ErgasOptions;
  readonly deltaE: DeltaEOptions;
}

export type MetricName = keyof MetricOptions;

export type Metric<Name extends MetricName> = (
  truth: Cube,
  reconstruction: Cube,
  options?: MetricOptions[Name],
) => number;

/** Every metric of a (truth, reconstruction) pair by its name in a protocol; a missing entry does not compile. */
export const metricTable: { readonly [Name in MetricName]: Metric<Name> } = {
  mrae,
  rmse,
  psnr,
  sam,
  samBand,
  ssim,
  ergas,
  deltaE,
};

/** Metrics that need `truth.wavelengths`; a protocol leaves their columns out where the truth has none. */
export const needsWavelengths: ReadonlySet<MetricName> = new Set<MetricName>(['deltaE']);

/** Metrics of which a larger value is better; of all others a smaller one is. */
export const largerIsBetter: ReadonlySet<MetricName> = new Set<MetricName>(['psnr', 'ssim']);
