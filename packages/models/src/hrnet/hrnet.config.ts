import { z } from 'zod';
import { bandsSetting } from '../bands.js';

export const hrnetConfig = z.strictObject({
  /** Bands of the cube; 31 in the paper. */
  bands: bandsSetting,
  /** Channels of the finest level; the others have 2, 4 and 8 times as many. */
  width: z.number().int().positive().multipleOf(16).default(64),
});
export type HrnetConfig = z.infer<typeof hrnetConfig>;
