import { z } from 'zod';
import { bandsSetting } from '../bands.js';

export const agdNetConfig = z.strictObject({
  /** Bands of the cube; 31 in the paper. */
  bands: bandsSetting,
  /** Unfolded gradient-descent steps, each with its own weights; the official network has 9. One alone would have no use for D. */
  stages: z.number().int().min(2).max(32).default(9),
});
export type AgdNetConfig = z.infer<typeof agdNetConfig>;
