import type { ExperimentConfig } from '../config/experiment-schema.js';

/** What the RGB images were that weights were trained on: linear light, sRGB codes, or files whose codes nobody described. */
export type WeightsRgb = 'linear' | 'srgb' | 'files';

/** Keys in the metadata of our safetensors files: what the RGB was, and by which recipe it was formed. */
const RGB_KEY = 'prismamba.rgb';
const RECIPE_KEY = 'prismamba.recipe';

/** The metadata of weights that were trained as an experiment says. */
export function rgbMetadata({ rgb, source }: ExperimentConfig['data']): Readonly<Record<string, string>> {
  // The challenges' images and every recipe but `srgb` are linear; `photo` decodes its own sRGB codes.
  const kind: WeightsRgb =
    rgb === 'srgb' ? 'srgb' : rgb === 'files' && source === 'folder' ? 'files' : 'linear';
  return { [RGB_KEY]: kind, [RECIPE_KEY]: rgb };
}

export function rgbOf(metadata: Readonly<Record<string, string>>): WeightsRgb | undefined {
  const kind = metadata[RGB_KEY];
  return kind === 'linear' || kind === 'srgb' || kind === 'files' ? kind : undefined;
}

/** The recipe of the training RGB; undefined where the file does not say. */
export const recipeOf = (metadata: Readonly<Record<string, string>>): string | undefined =>
  metadata[RECIPE_KEY];
