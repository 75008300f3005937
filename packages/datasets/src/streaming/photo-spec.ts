import { exposureAugmentation } from '../patches/exposure-augmentation.js';
import {
  photoAugmentation,
  type PatchPhoto,
  type PhotoAugmentationOptions,
  type Range,
} from '../patches/photo-augmentation.js';
import { jpegRoundTrip } from '../loaders/jpeg-round-trip.js';
import { cameraSensitivities } from '../rgb-formation/sensitivities.js';
import type { SpectralTable } from '../spectra/spectral-table.js';
import { makeRecipe, type NamedRecipe } from './named-recipe.js';

/** The augmentation of a patch's photo as plain data, so that it can be sent to a worker thread; `openPhotoSpec` makes it. */
export type PhotoSpec =
  | (Omit<PhotoAugmentationOptions, 'cameras' | 'jpeg'> & {
      readonly kind: 'photo';
      /** Measured curves, as `parseCameraList` reads them. */
      readonly cameras: readonly SpectralTable<'r' | 'g' | 'b'>[];
    })
  | { readonly kind: 'exposure'; readonly recipe: NamedRecipe; readonly exposure: Range };

/**
 * The augmentation that is described by plain data: `photoAugmentation` or `exposureAugmentation`, with the codec of this package.
 *
 * @throws DatasetError for what they refuse
 */
export function openPhotoSpec(spec: PhotoSpec): PatchPhoto {
  if (spec.kind === 'exposure')
    return exposureAugmentation(makeRecipe(spec.recipe), spec.exposure, { jpeg: jpegRoundTrip });
  return photoAugmentation({
    ...spec,
    cameras: spec.cameras.map((table) => cameraSensitivities(table)),
    jpeg: jpegRoundTrip,
  });
}
