import { deltaEMetric } from './delta-e.js';
import { ergasMetric } from './ergas.js';
import type { MetricDefinition } from './metric-definition.js';
import { mraeMetric } from './mrae.js';
import { psnrMetric } from './psnr.js';
import { rmseMetric } from './rmse.js';
import { samBandMetric } from './sam-band.js';
import { samMetric } from './sam.js';
import { ssimMetric } from './ssim.js';

export { deltaE, type DeltaEOptions } from './delta-e.js';
export { ergas, type ErgasOptions } from './ergas.js';
export { mrae, mraeConventions, type MraeConvention, type MraeOptions } from './mrae.js';
export { psnr, type PsnrOptions, type PsnrPeak } from './psnr.js';
export { mse, rmse } from './rmse.js';
export { samBand } from './sam-band.js';
export { sam, type AngleUnit, type SamOptions } from './sam.js';
export { ssim, type SsimOptions, type SsimWindow } from './ssim.js';

const definitions = [
  mraeMetric,
  rmseMetric,
  psnrMetric,
  samMetric,
  samBandMetric,
  ssimMetric,
  ergasMetric,
  deltaEMetric,
] as const;

type Definition = (typeof definitions)[number];
export type MetricName = Definition['name'];

/** Options of each metric that a protocol can name. */
export type MetricOptions = {
  readonly [D in Definition as D['name']]: D extends MetricDefinition<string, infer Options>
    ? Options
    : never;
};

/** Every metric of a (truth, reconstruction) pair by its name in a protocol. */
export const metrics = Object.fromEntries(definitions.map((one) => [one.name, one])) as {
  readonly [D in Definition as D['name']]: D;
};

export const metricNames: readonly MetricName[] = definitions.map(({ name }) => name);

/** What is the same for every metric, where its name is known at run time only. */
export function metricOf(name: MetricName): Omit<MetricDefinition<MetricName>, 'compute' | 'variants'> & {
  readonly compute: (...args: Parameters<(typeof metrics)['rmse']['compute']>) => number;
  readonly variants: readonly object[];
} {
  return metrics[name];
}
