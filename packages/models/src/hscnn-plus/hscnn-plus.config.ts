import { z } from 'zod';
import { bandsSetting } from '../bands.js';

export const hscnnPlusConfig = z.strictObject({
  /** Bands of the cube; 31 in the paper. */
  bands: bandsSetting,
  /** Dense fusion blocks. The official network has 30 (its block class's own default, 78, is not used). */
  blocks: z.number().int().positive().default(30),
});
export type HscnnPlusConfig = z.infer<typeof hscnnPlusConfig>;
