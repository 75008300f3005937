import type { ModelDefinition } from '@prismamba/models';
import type { LoadedExperiment } from '../config/load-experiment.js';

/** A model with its settings checked. */
interface Choice {
  readonly definition: Pick<ModelDefinition, 'key' | 'title'>;
  readonly config: object;
}

/** Bands that a model of this choice makes. */
export const bandsOf = ({ config }: Pick<Choice, 'config'>): number =>
  (config as { readonly bands: number }).bands;

/** @throws ConfigError unless the model makes as many bands as the cubes have; names both settings and the ways out */
export function checkBands(
  experiment: LoadedExperiment,
  choice: Choice,
  path: readonly PropertyKey[],
  wavelengths: readonly number[],
): void {
  const [made, have] = [bandsOf(choice), wavelengths.length];
  if (made === have) return;
  const resample = experiment.config.data.files.resample_to;
  const setting = Array.isArray(resample) ? 'a list' : (resample ?? 'standard');
  const ways = [
    `set ${path.map(String).join('.')}.options.bands to ${have}${choice.definition.key === 'gmsr-net' ? ' and the last of its widths too' : ''}`,
    made === 31
      ? 'let data.files.resample_to be standard'
      : `let data.files.resample_to name ${made} bands, or be none for files of ${made} bands`,
  ];
  throw experiment.error(
    [...path, 'options', 'bands'],
    `${choice.definition.title} makes ${made} bands, but the cubes have ${have}, ${wavelengths[0]} to ${wavelengths.at(-1)} nm ` +
      `(data.files.resample_to: ${setting}); ${ways.join(', or ')}`,
  );
}
