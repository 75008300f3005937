import { z } from 'zod';
import { fixedBands } from '../bands.js';

export const hsrnetConfig = z.strictObject({
  /** The network divides the 31 bands of 400 to 700 nm among its three input branches; no rule for other bands is known. */
  bands: fixedBands('its blue, green and red branches make 6, 10 and 15 of them'),
  /** Unfolded optimisation units. */
  units: z.number().int().positive().default(8),
});
export type HsrnetConfig = z.infer<typeof hsrnetConfig>;
