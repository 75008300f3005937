import type { Photo, PhotoValues } from '@prismamba/datasets/node';
import type { WeightsRgb } from './weights-metadata.js';

/** A photo as the weights expect it, with a line that says what it was taken to be. */
export function photoForWeights(photo: Photo, weights: WeightsRgb | undefined): PhotoValues {
  const values = photo.values(weights === 'files' ? 'stored' : (weights ?? 'linear'));
  const expected = {
    linear: 'the weights expect linear light',
    srgb: 'the weights expect sRGB',
    files: 'the weights were trained on RGB files as they are stored, so the values are taken as they are',
    unknown: 'linear light is assumed to be what the weights expect, because their file does not say',
  }[weights ?? 'unknown'];
  return { ...values, description: `${values.description}; ${expected}` };
}
