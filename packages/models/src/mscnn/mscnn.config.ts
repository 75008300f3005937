import { z } from 'zod';
import { bandsSetting } from '../bands.js';

export const mscnnConfig = z.strictObject({
  /** Bands of the cube; 31 in the paper. */
  bands: bandsSetting,
  /** Channels of the finest level. */
  width: z.number().int().positive().multipleOf(4).default(64),
  /** Max-pooling levels; height and width must be multiples of 2^levels. */
  levels: z.number().int().min(1).default(4),
});
export type MscnnConfig = z.infer<typeof mscnnConfig>;
