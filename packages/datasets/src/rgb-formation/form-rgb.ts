import { DatasetError } from '../dataset-error.js';
import { createRandom } from '@prismamba/core';
import type { FloatImage, JpegRoundTrip, RgbRecipe } from './rgb-step.js';

/** Options of {@link formRgb}. */
export interface FormRgbOptions {
  /** nm of the cube's bands. */
  readonly wavelengths: readonly number[];
  /** Integer seed of every random step; 0 by default. */
  readonly seed?: number;
  /** JPEG codec, needed by recipes with a JPEG step; `jpegRoundTrip` of `@prismamba/datasets/node`. */
  readonly jpeg?: JpegRoundTrip;
}

/**
 * The RGB image of a cube by a recipe: its steps in order, in float64, the result as float32.
 *
 * @param cube [height, width, bands]
 * @returns [height, width, 3], order R, G, B, in [0, 1] for every named recipe
 * @throws DatasetError where the recipe needs something that was not given, or ends in another shape
 */
export async function formRgb(
  cube: { readonly data: Float32Array; readonly height: number; readonly width: number },
  recipe: RgbRecipe,
  options: FormRgbOptions,
): Promise<Float32Array> {
  const { wavelengths, seed = 0, jpeg } = options;
  const { height, width } = cube;
  if (cube.data.length !== height * width * wavelengths.length) {
    throw new DatasetError(
      `formRgb: cube has ${cube.data.length} values, wanted ${height} x ${width} x ${wavelengths.length} bands`,
    );
  }
  checkRecipe('formRgb', recipe);
  const context = { random: createRandom(seed), wavelengths, ...(jpeg === undefined ? {} : { jpeg }) };
  let image: FloatImage = { data: cube.data, height, width, channels: wavelengths.length };
  for (const step of recipe.steps) {
    const result = step.apply(image, context);
    image = result instanceof Promise ? await result : result;
  }
  if (image.channels !== 3 || image.height !== height || image.width !== width) {
    throw new DatasetError(
      `formRgb: recipe '${recipe.name}' ended in ${image.height} x ${image.width} x ${image.channels}, wanted ${height} x ${width} x 3`,
    );
  }
  return Float32Array.from(image.data);
}

/** Callers without types give a recipe's name for the recipe. @throws DatasetError that says what to write */
export function checkRecipe(where: string, recipe: unknown): void {
  if (Array.isArray((recipe as Partial<RgbRecipe> | undefined)?.steps)) return;
  const got = typeof recipe === 'string' ? `the text '${recipe}'` : typeof recipe;
  const name = typeof recipe === 'string' ? recipe : 'NAME';
  throw new DatasetError(`${where}: recipe is ${got}, wanted a recipe: rgbRecipe('${name}')`);
}
