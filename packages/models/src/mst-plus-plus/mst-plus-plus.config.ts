import { z } from 'zod';
import { bandsSetting } from '../bands.js';

export const mstPlusPlusConfig = z.strictObject({
  /**
   * Bands of the cube; 31 in the paper. The maps at full size and every attention head are as wide, since `conv_in`
   * skips to the output.
   */
  bands: bandsSetting,
  /** Spectral-wise transformers (MST modules) in sequence. */
  stages: z.number().int().positive().default(3),
  /** Attention blocks at full, half and quarter size. */
  blocks: z.array(z.number().int().positive()).min(2).default([1, 1, 1]),
});
export type MstPlusPlusConfig = z.infer<typeof mstPlusPlusConfig>;
