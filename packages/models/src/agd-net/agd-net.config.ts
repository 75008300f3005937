import { z } from 'zod';

export const agdNetConfig = z.strictObject({
  /** Unfolded gradient-descent steps, each with its own weights; the official network has 9. */
  stages: z.number().int().min(1).max(32).default(9),
});
export type AgdNetConfig = z.infer<typeof agdNetConfig>;
