import { createRandom, deriveSeed } from '@prismamba/core';
import { DatasetError } from '../dataset-error.js';
import { formRgb } from '../rgb-formation/form-rgb.js';
import type { JpegRoundTrip, RgbRecipe } from '../rgb-formation/rgb-step.js';
import type { PatchPhoto, Range } from './photo-augmentation.js';

/**
 * Scales the spectra of each patch by a factor that is drawn evenly in stops, and forms its RGB anew by the data's own recipe, so that
 * clipping and rounding are those of a brighter or darker scene: cube' = f cube, RGB' = recipe(f cube). The network learns that a
 * spectrum's shape does not depend on the light, which 16 scenes do not teach.
 *
 * @param recipe the recipe that the test images are formed by
 * @param exposure lowest and highest factor, such as [0.4, 1.5]
 * @throws DatasetError for a range that makes no sense
 */
export function exposureAugmentation(
  recipe: RgbRecipe,
  exposure: Range,
  { jpeg }: { readonly jpeg?: JpegRoundTrip } = {},
): PatchPhoto {
  const [low, high] = exposure;
  if (!(low > 0 && high >= low && Number.isFinite(high))) {
    throw new DatasetError(
      `exposureAugmentation: exposure is [${exposure.join(', ')}], wanted 0 < low <= high`,
    );
  }
  return async (cube, size, wavelengths, seed) => {
    const random = createRandom(deriveSeed(seed, 'exposure'));
    const factor = Math.exp(random.between(Math.log(low), Math.log(high)));
    const scaled = cube.map((value) => value * factor);
    const rgb = await formRgb({ data: scaled, height: size, width: size }, recipe, {
      wavelengths,
      seed: deriveSeed(seed, 'noise'),
      ...(jpeg === undefined ? {} : { jpeg }),
    });
    return { rgb, cube: scaled };
  };
}
