import { z } from 'zod';
import { bandsSetting } from '../bands.js';

export const hdnetConfig = z.strictObject({
  /** Bands of the cube; 31 in the paper. */
  bands: bandsSetting,
  /** Feature channels. */
  width: z.number().int().positive().multipleOf(8).default(48),
  /** Residual blocks before the attention modules. */
  before: z.number().int().positive().default(32),
  /** Residual blocks after them. */
  after: z.number().int().positive().default(31),
  /** Channel groups of the EFF module. */
  groups: z.number().int().positive().default(4),
});
export type HdnetConfig = z.infer<typeof hdnetConfig>;
