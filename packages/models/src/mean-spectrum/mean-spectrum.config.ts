import { z } from 'zod';
import { bandsSetting } from '../bands.js';

export const meanSpectrumConfig = z.strictObject({
  /** Bands of the cube. */
  bands: bandsSetting,
});
export type MeanSpectrumConfig = z.infer<typeof meanSpectrumConfig>;
