import { z } from 'zod';

export const meanSpectrumConfig = z.strictObject({});
export type MeanSpectrumConfig = z.infer<typeof meanSpectrumConfig>;
