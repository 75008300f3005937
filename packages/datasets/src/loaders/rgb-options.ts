import { deriveSeed } from '@prismamba/core';
import { checkRecipe, formRgb } from '../rgb-formation/form-rgb.js';
import { ntire2020Clean } from '../rgb-formation/ntire2020-clean.js';
import type { JpegRoundTrip, RgbRecipe } from '../rgb-formation/rgb-step.js';
import { jpegRoundTrip } from './jpeg-round-trip.js';

/** How a loader forms RGB where the data set has none that the papers use. */
export interface RgbOptions {
  /** Default: `ntire2020Clean()`. */
  readonly recipe?: RgbRecipe;
  /** Integer seed of the recipe's noise; each scene gets its own stream of it. Default 0. */
  readonly seed?: number;
  /** JPEG codec of recipes with a JPEG step; sharp by default. */
  readonly jpeg?: JpegRoundTrip;
}

/** The recipe that the options name. */
export function recipeOf(options: RgbOptions): RgbRecipe {
  if (options.recipe === undefined) return ntire2020Clean();
  checkRecipe('openDataset', options.recipe);
  return options.recipe;
}

/** RGB of a whole scene's cube, with noise that depends on the seed and the scene's name only. */
export function sceneRgb(
  id: string,
  cube: { readonly data: Float32Array; readonly height: number; readonly width: number },
  wavelengths: readonly number[],
  options: RgbOptions,
): Promise<Float32Array> {
  return formRgb(cube, recipeOf(options), {
    wavelengths,
    seed: deriveSeed(options.seed ?? 0, 'rgb', id),
    jpeg: options.jpeg ?? jpegRoundTrip,
  });
}
