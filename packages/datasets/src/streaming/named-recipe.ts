import { rgbRecipe, type RecipeSettings } from '../rgb-formation/recipes.js';
import type { RgbRecipe } from '../rgb-formation/rgb-step.js';
import { cameraSensitivities } from '../rgb-formation/sensitivities.js';
import type { SpectralTable } from '../spectra/spectral-table.js';

/** A recipe by name, with its camera as a table: plain data, which crosses threads. */
export interface NamedRecipe {
  readonly name: string;
  readonly camera?: SpectralTable<'r' | 'g' | 'b'>;
  readonly settings?: Partial<RecipeSettings>;
}

export function makeRecipe({ name, camera, settings }: NamedRecipe): RgbRecipe {
  return rgbRecipe(name, {
    ...settings,
    ...(camera === undefined ? {} : { camera: cameraSensitivities(camera) }),
  });
}
