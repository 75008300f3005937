import { z } from 'zod';

export const edsrConfig = z.strictObject({
  /** Feature channels. */
  width: z.number().int().positive().default(64),
  /** Residual blocks. */
  blocks: z.number().int().positive().default(32),
});
export type EdsrConfig = z.infer<typeof edsrConfig>;
