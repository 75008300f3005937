import { MetricArgumentError } from '../cube.js';
import { d65, tableStart, tableStep, xBar, yBar, zBar } from './cie-1931.js';

/** Weights [bands] that turn a reflectance spectrum into X, Y, Z relative to white (Xn = Yn = Zn = 1). */
export interface ColourWeights {
  readonly x: Float64Array;
  readonly y: Float64Array;
  readonly z: Float64Array;
}

const tableEnd = tableStart + tableStep * (d65.length - 1);

/** Linear interpolation in a table of this file's grid; 0 outside the visible range. */
function at(table: readonly number[], wavelength: number): number {
  if (wavelength < tableStart || wavelength > tableEnd) return 0;
  const position = (wavelength - tableStart) / tableStep;
  const i = Math.min(Math.floor(position), table.length - 2);
  const t = position - i;
  return table[i]! * (1 - t) + table[i + 1]! * t;
}

/**
 * Weights for a cube with these band centres: w_b = xbar(l_b) S(l_b) dl_b / sum_b, S = D65, dl_b by the trapezoid rule,
 * each channel normalised so that the perfect white (reflectance 1) has X = Y = Z = 1. Meant for bands of 10 nm or
 * finer over the visible range; coarse or partial bands give a coarse colour.
 *
 * @param wavelengths nm, strictly increasing
 */
export function colourWeights(wavelengths: ArrayLike<number>): ColourWeights {
  const bands = wavelengths.length;
  for (let b = 0; b < bands; b++) {
    if (!Number.isFinite(wavelengths[b]!) || (b > 0 && wavelengths[b]! <= wavelengths[b - 1]!)) {
      throw new MetricArgumentError(
        `deltaE: wavelengths must be finite and strictly increasing (nm), but entry ${b} is ${wavelengths[b]}` +
          `${b > 0 ? ` after ${wavelengths[b - 1]}` : ''}.`,
      );
    }
  }
  const weigh = (observer: readonly number[]): Float64Array => {
    const weights = Float64Array.from({ length: bands }, (_, b) => {
      const before = wavelengths[Math.max(0, b - 1)]!;
      const after = wavelengths[Math.min(bands - 1, b + 1)]!;
      // Twice the trapezoid's width; the factor goes when the sum becomes 1.
      const width = bands === 1 ? 1 : after - before;
      return at(observer, wavelengths[b]!) * at(d65, wavelengths[b]!) * width;
    });
    const sum = weights.reduce((total, w) => total + w, 0);
    if (!(sum > 0)) {
      throw new MetricArgumentError(
        `deltaE: no band lies in the visible range ${tableStart}-${tableEnd} nm (first ${wavelengths[0]}, last ` +
          `${wavelengths[bands - 1]}); are the wavelengths in nanometres?`,
      );
    }
    return weights.map((w) => w / sum);
  };
  return { x: weigh(xBar), y: weigh(yBar), z: weigh(zBar) };
}

/** CIE 1976 f(t): cube root above (6/29)^3, its tangent below. */
const f = (t: number): number => (t > 216 / 24389 ? Math.cbrt(t) : ((24389 / 27) * t + 16) / 116);

/** L*a*b* (D65, 2 degrees) of the spectrum that starts at `offset`. */
export function renderLab(
  data: Float32Array | Float64Array,
  offset: number,
  { x, y, z }: ColourWeights,
): [L: number, a: number, b: number] {
  let X = 0;
  let Y = 0;
  let Z = 0;
  for (let b = 0; b < y.length; b++) {
    const value = data[offset + b]!;
    X += x[b]! * value;
    Y += y[b]! * value;
    Z += z[b]! * value;
  }
  const fy = f(Y);
  return [116 * fy - 16, 500 * (f(X) - fy), 200 * (fy - f(Z))];
}
