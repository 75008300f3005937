import { z } from 'zod';
import { bandsSetting } from '../bands.js';

export const polynomialRegressionConfig = z.strictObject({
  /** Bands of the cube. */
  bands: bandsSetting,
  /** Highest degree of the monomials whose roots are the terms: 3, 6 or 13 terms. */
  degree: z.union([z.literal(1), z.literal(2), z.literal(3)]).default(3),
  /** Ridge lambda, relative to the mean square of the terms. */
  ridge: z.number().positive().default(1e-6),
});
export type PolynomialRegressionConfig = z.infer<typeof polynomialRegressionConfig>;
