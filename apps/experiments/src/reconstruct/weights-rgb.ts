import type { ExperimentConfig } from '../config/experiment-schema.js';

/** What the RGB images were that weights were trained on: linear light, sRGB codes, or files whose codes nobody described. */
export type WeightsRgb = 'linear' | 'srgb' | 'files';

/** Key of it in the metadata of our safetensors files. */
const RGB_KEY = 'prismamba.rgb';

/** The metadata of weights that were trained as an experiment says. */
export function rgbMetadata({ rgb, source }: ExperimentConfig['data']): Readonly<Record<string, string>> {
  // The challenges' images and every recipe but `srgb` are linear; `photo` decodes its own sRGB codes.
  const kind: WeightsRgb =
    rgb === 'srgb' ? 'srgb' : rgb === 'files' && source === 'folder' ? 'files' : 'linear';
  return { [RGB_KEY]: kind };
}

export function rgbOf(metadata: Readonly<Record<string, string>>): WeightsRgb | undefined {
  const kind = metadata[RGB_KEY];
  return kind === 'linear' || kind === 'srgb' || kind === 'files' ? kind : undefined;
}
