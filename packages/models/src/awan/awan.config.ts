import { z } from 'zod';

export const awanConfig = z.strictObject({
  /** Feature channels; the published script's own size check builds 90. */
  width: z.number().int().positive().default(96),
  blocks: z.number().int().positive().default(8),
  /** Channel reduction of the weighted channel attention. */
  reduction: z.number().int().positive().default(16),
});
export type AwanConfig = z.infer<typeof awanConfig>;
