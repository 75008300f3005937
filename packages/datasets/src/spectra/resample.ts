import { DatasetError } from '../dataset-error.js';
import { interpolateCurve, type OutsideRule } from './spectral-table.js';

/** How one wanted band is made of two measured ones: `low * (1 - t) + high * t`. */
interface Mixture {
  readonly low: number;
  readonly high: number;
  readonly t: number;
}

/**
 * A cube at other wavelengths, by linear interpolation of each pixel's spectrum between neighbouring band centres
 * (the bands' widths are not taken into account).
 *
 * @param cube [..., from.length], channels last
 * @param from nm of the cube's bands, strictly increasing
 * @param to nm wanted
 * @param outside what a band beyond the measured range is worth; an error by default
 * @returns [..., to.length]
 */
export function resampleCube(
  cube: Float32Array,
  from: readonly number[],
  to: readonly number[],
  outside: OutsideRule = 'error',
): Float32Array {
  if (from.length === 0 || cube.length % from.length !== 0) {
    throw new DatasetError(
      `resampleCube: ${cube.length} values are no whole number of spectra of ${from.length} bands`,
    );
  }
  // The position of each wanted wavelength on the axis of band numbers: its whole part and its fraction.
  const numbers = from.map((_, band) => band);
  const positions = interpolateCurve(from, numbers, to, outside === 'zero' ? 'nearest' : outside);
  const isZero = to.map((nm) => outside === 'zero' && (nm < from[0]! || nm > from.at(-1)!));
  const mixtures = Array.from(positions, (position): Mixture => {
    const low = Math.floor(position);
    return { low, high: Math.min(low + 1, from.length - 1), t: position - low };
  });
  const pixels = cube.length / from.length;
  const out = new Float32Array(pixels * to.length);
  for (let pixel = 0; pixel < pixels; pixel++) {
    const start = pixel * from.length;
    for (let band = 0; band < to.length; band++) {
      if (isZero[band]) continue;
      const { low, high, t } = mixtures[band]!;
      const below = cube[start + low]!;
      out[pixel * to.length + band] = below + t * (cube[start + high]! - below);
    }
  }
  return out;
}

/** True where two lists name the same wavelengths to a hundredth of a nanometre. */
export function sameWavelengths(a: readonly number[], b: readonly number[]): boolean {
  return a.length === b.length && a.every((nm, i) => Math.abs(nm - b[i]!) < 0.01);
}
