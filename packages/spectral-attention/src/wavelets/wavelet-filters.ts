/**
 * Filter banks of orthogonal and biorthogonal wavelets, in the convention of PyWavelets: a bank has analysis
 * (`decLow`, `decHigh`) and synthesis (`recLow`, `recHigh`) filters of one even length. Coefficients of the
 * Daubechies family and of the symlet: I. Daubechies, Ten Lectures on Wavelets, tables 6.1 and 6.3;
 * bior2.2: Cohen, Daubechies and Feauveau 1992 (the 5/3 spline filters). The tests check orthonormality,
 * vanishing moments and perfect reconstruction, not the table.
 */
export interface WaveletFilters {
  readonly decLow: readonly number[];
  readonly decHigh: readonly number[];
  readonly recLow: readonly number[];
  readonly recHigh: readonly number[];
}

export const waveletNames = ['haar', 'db2', 'db3', 'db4', 'sym4', 'bior2.2'] as const;
export type WaveletName = (typeof waveletNames)[number];

/** An orthogonal bank from its low-pass synthesis filter h: decHigh[k] = (-1)^(k+1) h[k], the rest reversed. */
function orthogonal(recLow: readonly number[]): WaveletFilters {
  const decHigh = recLow.map((h, k) => (k % 2 === 0 ? -h : h));
  return { recLow, decLow: recLow.toReversed(), decHigh, recHigh: decHigh.toReversed() };
}

const root2 = Math.SQRT2;
const root3 = Math.sqrt(3);

const banks: Readonly<Record<WaveletName, WaveletFilters>> = {
  haar: orthogonal([Math.SQRT1_2, Math.SQRT1_2]),
  // (1 + sqrt 3, 3 + sqrt 3, 3 - sqrt 3, 1 - sqrt 3) / (4 sqrt 2)
  db2: orthogonal([1 + root3, 3 + root3, 3 - root3, 1 - root3].map((value) => value / (4 * root2))),
  db3: orthogonal([
    0.3326705529509569, 0.8068915093133388, 0.4598775021193313, -0.13501102001039084, -0.08544127388224149,
    0.035226291882100656,
  ]),
  db4: orthogonal([
    0.23037781330885523, 0.7148465705525415, 0.6308807679295904, -0.02798376941698385, -0.18703481171888114,
    0.030841381835986965, 0.032883011666982945, -0.010597401784997278,
  ]),
  sym4: orthogonal([
    0.0322231006040427, -0.012603967262037833, -0.09921954357684722, 0.29785779560527736, 0.8037387518059161,
    0.49761866763201545, -0.02963552764599851, -0.07576571478927333,
  ]),
  'bior2.2': {
    decLow: [0, -1, 2, 6, 2, -1].map((value) => (value * root2) / 8),
    decHigh: [0, 1, -2, 1, 0, 0].map((value) => (value * root2) / 4),
    recLow: [0, 1, 2, 1, 0, 0].map((value) => (value * root2) / 4),
    recHigh: [0, 1, 2, -6, 2, 1].map((value) => (value * root2) / 8),
  },
};

/** @throws Error for an unknown name, with all valid ones. */
export function waveletFilters(name: WaveletName): WaveletFilters {
  const bank = Object.hasOwn(banks, name) ? banks[name] : undefined;
  if (bank === undefined) {
    throw new Error(`waveletFilters: unknown wavelet '${String(name)}'; valid: ${waveletNames.join(', ')}`);
  }
  return bank;
}

/** Coefficients along one axis of n samples: floor((n + L - 1) / 2) for filters of length L. */
export function coefficientCount(samples: number, filterLength: number): number {
  return Math.floor((samples + filterLength - 1) / 2);
}
