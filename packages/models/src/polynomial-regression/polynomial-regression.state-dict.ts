import { convEntries } from '../state-dict/entries.js';
import type { StateEntry } from '../state-dict/state-entry.js';
import type { PolynomialRegressionConfig } from './polynomial-regression.config.js';
import { ROOT_POLYNOMIAL_TERMS } from './root-polynomial.js';

/** One entry: the regression matrix as a 1x1 convolution, [bands, T, 1, 1]. */
export const polynomialRegressionStateDict = ({ degree, bands }: PolynomialRegressionConfig): StateEntry[] =>
  convEntries({ path: 'readout', in: ROOT_POLYNOMIAL_TERMS[degree].length, out: bands, kernel: 1 });
