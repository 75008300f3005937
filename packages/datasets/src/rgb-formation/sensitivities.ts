import { DatasetError, unknownNameMessage } from '../dataset-error.js';
import { cie1931, cie1964 } from '../spectra/observers.js';
import { illuminants } from '../spectra/illuminants.js';
import {
  interpolateCurve,
  sampleTable,
  type OutsideRule,
  type SpectralTable,
  type CurveName,
} from '../spectra/spectral-table.js';

/** Three weights a band: `rgb_k = sum_b cube_b * weights[k][b]`. */
export type Sensitivities = readonly [Float64Array, Float64Array, Float64Array];

/** Makes the weights for the bands of a cube; `name` tells what they are. */
export interface SensitivityModel {
  readonly name: string;
  at(wavelengths: readonly number[]): Sensitivities;
}

const observers = { '1931': cie1931, '1964': cie1964 };

/**
 * The share of the spectrum that each band stands for, relative to the mean: half the way to either neighbour, at the ends twice
 * the half. Undefined for even steps, where all are 1, so that sums over such cubes stay as papers compute them.
 */
function bandShares(wavelengths: readonly number[]): Float64Array | undefined {
  const last = wavelengths.length - 1;
  if (last < 2) return undefined;
  const mean = (wavelengths[last]! - wavelengths[0]!) / last;
  const steps = Array.from({ length: last }, (_, i) => (wavelengths[i + 1]! - wavelengths[i]!) / mean);
  if (steps.every((step) => Math.abs(step - 1) < 1e-3)) return undefined;
  return Float64Array.from(
    wavelengths,
    (_, i) => (steps[Math.max(0, i - 1)]! + steps[Math.min(last - 1, i)]!) / 2,
  );
}

/** Curves at the bands of a cube as weights of a sum over them: bands in uneven steps count by the width that they stand for. */
function integrated(curves: Sensitivities, wavelengths: readonly number[]): Sensitivities {
  const shares = bandShares(wavelengths);
  if (shares === undefined) return curves;
  const [r, g, b] = curves;
  const weigh = (curve: Float64Array) => curve.map((value, band) => value * shares[band]!);
  return [weigh(r), weigh(g), weigh(b)];
}

/** The CIE observer's x, y, z at the cube's wavelengths, unscaled. */
export function observerSensitivities(year: '1931' | '1964'): SensitivityModel {
  return {
    name: observers[year].name,
    at: (wavelengths) => {
      const { x, y, z } = sampleTable(observers[year], wavelengths);
      return integrated([x, y, z], wavelengths);
    },
  };
}

/** A measured camera: a table whose columns are named r, g, b. */
export function cameraSensitivities(
  table: SpectralTable<'r' | 'g' | 'b'>,
  outside: OutsideRule = 'error',
): SensitivityModel {
  return {
    name: table.name,
    at: (wavelengths) => {
      const { r, g, b } = sampleTable(table, wavelengths, outside);
      return integrated([r, g, b], wavelengths);
    },
  };
}

/** Each channel scaled so that its weights sum to `sum`: a flat cube of ones gives `sum` in every channel. */
export function withColumnSum(model: SensitivityModel, sum: number): SensitivityModel {
  return {
    name: `${model.name}, each column scaled to sum ${sum}`,
    at: (wavelengths) => {
      const scaled = model.at(wavelengths).map((weights, channel) => {
        const total = weights.reduce((a, b) => a + b, 0);
        if (!(total > 0)) {
          throw new DatasetError(
            `withColumnSum: channel ${channel} of ${model.name} sums to ${total}, wanted > 0`,
          );
        }
        return weights.map((weight) => (weight * sum) / total);
      });
      return scaled as unknown as Sensitivities;
    },
  };
}

/** Channels multiplied by fixed gains (the "w_gain" of a camera). */
export function withGains(
  model: SensitivityModel,
  gains: readonly [number, number, number],
): SensitivityModel {
  return {
    name: `${model.name} x gains [${gains.join(', ')}]`,
    at: (wavelengths) => {
      const [r, g, b] = model.at(wavelengths);
      return [r.map((v) => v * gains[0]), g.map((v) => v * gains[1]), b.map((v) => v * gains[2])];
    },
  };
}

/** A relative spectral power distribution by CIE name, or the user's own curve. */
export type Illuminant =
  | CurveName<typeof illuminants>
  | { readonly name: string; readonly wavelengths: readonly number[]; readonly values: readonly number[] };

/** Relative power of an illuminant at the wavelengths. */
export function illuminantAt(illuminant: Illuminant, wavelengths: readonly number[]): Float64Array {
  if (typeof illuminant === 'string') {
    const values = illuminants.columns[illuminant] as readonly number[] | undefined;
    if (values === undefined) {
      throw new DatasetError(
        `illuminantAt: ${unknownNameMessage('illuminant', illuminant, Object.keys(illuminants.columns))}`,
      );
    }
    return interpolateCurve(illuminants.wavelengths, values, wavelengths);
  }
  return interpolateCurve(illuminant.wavelengths, illuminant.values, wavelengths);
}

/** For a reflectance cube: the light is multiplied into the weights, so no second cube is made. */
export function underIlluminant(model: SensitivityModel, illuminant: Illuminant): SensitivityModel {
  const light = typeof illuminant === 'string' ? illuminant : illuminant.name;
  return {
    name: `${model.name} under ${light}`,
    at: (wavelengths) => {
      const power = illuminantAt(illuminant, wavelengths);
      const [r, g, b] = model.at(wavelengths);
      const times = (weights: Float64Array) => weights.map((weight, band) => weight * power[band]!);
      return [times(r), times(g), times(b)];
    },
  };
}

/** One factor for all three channels: the largest channel of a flat white cube becomes 1. */
export function whiteIsOne(model: SensitivityModel): SensitivityModel {
  return {
    name: model.name,
    at: (wavelengths) => {
      const weights = model.at(wavelengths);
      const largest = Math.max(...weights.map((channel) => channel.reduce((a, b) => a + b, 0)));
      const [r, g, b] = weights;
      return [r.map((v) => v / largest), g.map((v) => v / largest), b.map((v) => v / largest)];
    },
  };
}
