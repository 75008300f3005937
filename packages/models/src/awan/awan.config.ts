import { z } from 'zod';
import { bandsSetting } from '../bands.js';

export const awanConfig = z.strictObject({
  /** Bands of the cube; 31 in the paper. */
  bands: bandsSetting,
  /** Feature channels; the published script's own size check builds 90. */
  width: z.number().int().positive().default(96),
  blocks: z.number().int().positive().default(8),
  /** Channel reduction of the weighted channel attention. */
  reduction: z.number().int().positive().default(16),
});
export type AwanConfig = z.infer<typeof awanConfig>;

/** Channels inside the non-local module: an eighth of the bands, 3 of 31. */
export const innerBands = (bands: number): number => Math.max(1, Math.floor(bands / 8));
