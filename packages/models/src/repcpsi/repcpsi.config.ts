import { z } from 'zod';
import { bandsSetting } from '../bands.js';

export const repcpsiConfig = z.strictObject({
  /** Bands of the cube; 31 in the paper. */
  bands: bandsSetting,
  /** Feature channels. */
  width: z.number().int().positive().default(80),
  blocks: z.number().int().positive().default(8),
  /** The re-parameterised form for inference: each stage's four convolutions merged into one (`mergeRepcpsi`). */
  deploy: z.boolean().default(false),
});
export type RepcpsiConfig = z.infer<typeof repcpsiConfig>;
