import type { OpenDatasetOptions } from '@prismamba/datasets/node';
import type { ExperimentConfig } from './experiment-schema.js';

/** The keys of `data.files` as options of the loaders. */
export function fileOptions(files: ExperimentConfig['data']['files']): OpenDatasetOptions {
  const {
    rgb_normalisation: rgbNormalisation,
    norm_factor: normFactor,
    resample_to: resampleTo,
    ...others
  } = files;
  const given = Object.entries({ ...others, rgbNormalisation, normFactor, resampleTo }).filter(
    ([, value]) => value !== undefined,
  );
  return Object.fromEntries(given);
}
