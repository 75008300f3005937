import { z } from 'zod';

export const mstPlusPlusConfig = z.strictObject({
  /** Spectral-wise transformers (MST modules) in sequence. */
  stages: z.number().int().positive().default(3),
  /** Attention blocks at full, half and quarter size. */
  blocks: z.array(z.number().int().positive()).min(2).default([1, 1, 1]),
});
/** Width of the maps at full size and of every attention head: that of the output, since `conv_in` skips to it. */
export const width = 31;
export type MstPlusPlusConfig = z.infer<typeof mstPlusPlusConfig>;
