import { standardWavelengths } from '@prismamba/datasets';
import type { ExperimentConfig } from '../config/experiment-schema.js';
import { UserError } from '../user-error.js';

/** What the RGB images were that weights were trained on: linear light, sRGB codes, or files whose codes nobody described. */
export type WeightsRgb = 'linear' | 'srgb' | 'files';

/** Keys in the metadata of our safetensors files: what the RGB was, and by which recipe it was formed. */
const RGB_KEY = 'prismamba.rgb';
const RECIPE_KEY = 'prismamba.recipe';

/** Key in the metadata of our safetensors files: nm of the bands, as JSON. */
const WAVELENGTHS_KEY = 'prismamba.wavelengths';

/** The metadata of weights that were trained as an experiment says, on cubes of these bands. */
export function trainingMetadata(
  { rgb, source }: ExperimentConfig['data'],
  wavelengths: readonly number[],
): Readonly<Record<string, string>> {
  // The challenges' images and every recipe but `srgb` are linear; `photo` decodes its own sRGB codes.
  const kind: WeightsRgb =
    rgb === 'srgb' ? 'srgb' : rgb === 'files' && source === 'folder' ? 'files' : 'linear';
  return {
    [RGB_KEY]: kind,
    [RECIPE_KEY]: rgb,
    [WAVELENGTHS_KEY]: JSON.stringify(wavelengths),
  };
}

/**
 * nm of the bands that weights make: as the file says, or 400, 410, ..., 700 for the 31 bands of a file that does not say
 * (official weights, and ours of earlier versions); undefined for others.
 *
 * @throws UserError where the file names another number of wavelengths than it has bands
 */
export function wavelengthsOf(
  metadata: Readonly<Record<string, string>>,
  bands: number,
  path: string,
): readonly number[] | undefined {
  const text = metadata[WAVELENGTHS_KEY];
  if (text === undefined) return bands === standardWavelengths.length ? standardWavelengths : undefined;
  const wavelengths: unknown = JSON.parse(text);
  if (Array.isArray(wavelengths) && wavelengths.length === bands && wavelengths.every(Number.isFinite))
    return wavelengths as number[];
  throw new UserError(`${path}: '${WAVELENGTHS_KEY}' is ${text}, wanted ${bands} numbers in nm, one a band`);
}

export function rgbOf(metadata: Readonly<Record<string, string>>): WeightsRgb | undefined {
  const kind = metadata[RGB_KEY];
  return kind === 'linear' || kind === 'srgb' || kind === 'files' ? kind : undefined;
}

/** The recipe of the training RGB; undefined where the file does not say. */
export const recipeOf = (metadata: Readonly<Record<string, string>>): string | undefined =>
  metadata[RECIPE_KEY];

/** @throws UserError where weights that name their bands are scored on cubes of others */
export function checkWeightBands(
  metadata: Readonly<Record<string, string>>,
  path: string,
  cubes: readonly number[],
): void {
  const made =
    metadata[WAVELENGTHS_KEY] === undefined ? undefined : wavelengthsOf(metadata, cubes.length, path);
  if (made === undefined || made.every((nm, i) => Math.abs(nm - cubes[i]!) < 0.5)) return;
  throw new UserError(
    `${path}: its ${made.length} bands are ${made.join(', ')} nm, those of the cubes ${cubes.join(', ')} nm; ` +
      'bring the cubes to its bands: --set data.files.resample_to=[...]',
  );
}

/** What a file says of the training of its weights. */
export const trainingNotes = (metadata: Readonly<Record<string, string>>): Readonly<Record<string, string>> =>
  Object.fromEntries(
    [RGB_KEY, RECIPE_KEY, WAVELENGTHS_KEY]
      .filter((key) => metadata[key] !== undefined)
      .map((key) => [key, metadata[key]!]),
  );
