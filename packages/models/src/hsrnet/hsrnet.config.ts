import { z } from 'zod';

export const hsrnetConfig = z.strictObject({
  /** Unfolded optimisation units. */
  units: z.number().int().positive().default(8),
});
export type HsrnetConfig = z.infer<typeof hsrnetConfig>;
