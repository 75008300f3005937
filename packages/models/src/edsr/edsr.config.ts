import { z } from 'zod';
import { bandsSetting } from '../bands.js';

export const edsrConfig = z.strictObject({
  /** Bands of the cube; 31 in the paper. */
  bands: bandsSetting,
  /** Feature channels. */
  width: z.number().int().positive().default(64),
  /** Residual blocks. */
  blocks: z.number().int().positive().default(32),
});
export type EdsrConfig = z.infer<typeof edsrConfig>;
