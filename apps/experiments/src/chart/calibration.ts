import { rootPolynomialTerms } from '@prismamba/models/internal';
import type { RgbImage } from '@prismamba/trainer';
import { Matrix, solve } from 'ml-matrix';
import { UserError } from '../user-error.js';
import type { ChartPatch } from './chart-patches.js';

/** How a photo's RGB becomes that of the weights: a matrix, or one behind the root-polynomial terms of degree 2. */
const FORMS = [
  { name: '3 x 3 matrix', degree: 1, terms: 3 },
  { name: 'root-polynomial of degree 2', degree: 2, terms: 6 },
] as const;
type Form = (typeof FORMS)[number];

/** A channel above this is taken to be saturated. */
const SATURATED = 0.99;
/** Fewer patches than this do not determine six terms a channel well. */
const LEAST_PATCHES = 12;
/** Another order of the corners that fits so much better is what was meant. */
const CLEARLY_BETTER = 0.5;

type Rgb = readonly number[];

/** What a chart said about a camera. */
export interface Calibration {
  readonly form: string;
  /** Patches that were used; saturated ones are not. */
  readonly used: readonly string[];
  readonly saturated: readonly string[];
  /** Root mean square of the error in RGB of each patch predicted from the others, by form. */
  readonly leaveOneOut: readonly { readonly form: string; readonly rms: number }[];
  /** The same error of the photo as it is, with the one factor that fits best. */
  readonly before: number;
  apply(image: RgbImage): RgbImage;
}

const features = ([r, g, b]: Rgb, { degree, terms }: Form) => {
  const out = new Float64Array(terms);
  rootPolynomialTerms(r!, g!, b!, degree, out);
  return [...out];
};

/** Least squares, [terms, 3]. */
const fit = (from: readonly Rgb[], to: readonly Rgb[], form: Form): Matrix =>
  solve(new Matrix(from.map((rgb) => features(rgb, form))), new Matrix(to.map((rgb) => [...rgb])), true);

const predict = (rgb: Rgb, form: Form, matrix: Matrix): number[] =>
  new Matrix([features(rgb, form)]).mmul(matrix).getRow(0);

const rms = (errors: readonly number[]) =>
  Math.sqrt(errors.reduce((sum, error) => sum + error * error, 0) / errors.length);

/** Each patch predicted from the others. */
function leaveOneOut(from: readonly Rgb[], to: readonly Rgb[], form: Form): number {
  const without = <T>(list: readonly T[], i: number) => list.filter((_, k) => k !== i);
  return rms(
    from.flatMap((rgb, i) => {
      const predicted = predict(rgb, form, fit(without(from, i), without(to, i), form));
      return predicted.map((value, c) => value - to[i]![c]!);
    }),
  );
}

/** The mean of a patch, and whether it touches the end of the scale. */
function measure(image: RgbImage, { pixels }: ChartPatch): { rgb: Rgb; saturated: boolean } {
  const rgb = [0, 0, 0];
  let saturated = false;
  for (const pixel of pixels) {
    for (let c = 0; c < 3; c++) {
      const value = image.data[3 * pixel + c]!;
      saturated ||= value >= SATURATED;
      rgb[c]! += value / pixels.length;
    }
  }
  return { rgb, saturated };
}

/** Patch i of the chart when it is turned by 180 degrees, mirrored, or both; other turns need other shapes of cells. */
const ORDERS: readonly (readonly [string, (i: number) => number])[] = [
  ['turned by 180 degrees: begin with the corner at dark skin', (i) => 23 - i],
  ['mirrored: go around the other way', (i) => 6 * Math.floor(i / 6) + 5 - (i % 6)],
  [
    'upside down and mirrored: begin with the corner at dark skin and go the other way',
    (i) => 6 * (3 - Math.floor(i / 6)) + (i % 6),
  ],
];

/**
 * Finds the map from a camera's linear RGB to that of the weights, from the patches of a chart whose RGB there is known. Of the two
 * forms the one is taken that predicts patches better which it was not fitted to.
 *
 * Source of the forms: Finlayson, Mackiewicz, Hurlbert, "Color correction using root-polynomial regression", IEEE TIP 24(5), 2015:
 * both scale with the light, so that exposure does not change hue.
 *
 * @param image linear light
 * @param targets RGB of each patch in the space of the weights
 * @throws UserError where too many patches are saturated, or another order of the corners fits far better
 */
export function calibrate(
  image: RgbImage,
  patches: readonly ChartPatch[],
  targets: readonly Rgb[],
): Calibration {
  const measured = patches.map((patch) => measure(image, patch));
  const good = patches.flatMap((_, i) => (measured[i]!.saturated ? [] : [i]));
  const saturated = patches.filter((_, i) => measured[i]!.saturated).map(({ name }) => name);
  if (good.length < LEAST_PATCHES) {
    throw new UserError(
      `--chart: ${saturated.length} of 24 patches are saturated (${saturated.join(', ')}), and ${LEAST_PATCHES} are needed; expose less`,
    );
  }
  const from = good.map((i) => measured[i]!.rgb);
  const to = good.map((i) => targets[i]!);
  const [linear] = FORMS;
  const errors = FORMS.map((form) => ({ form, rms: leaveOneOut(from, to, form) }));
  for (const [what, order] of ORDERS) {
    const other = leaveOneOut(
      from,
      good.map((i) => targets[order(i)]!),
      linear,
    );
    if (other < CLEARLY_BETTER * errors[0]!.rms)
      throw new UserError(
        `--chart: the chart seems to be ${what} (that fits with an error of ${(255 * other).toFixed(1)} of 255 instead of ${(255 * errors[0]!.rms).toFixed(1)})`,
      );
  }
  const best = errors.reduce((a, b) => (b.rms < a.rms ? b : a));
  const matrix = fit(from, to, best.form);
  const all = (list: readonly Rgb[]) => list.flat();
  const dot = (a: readonly number[], b: readonly number[]) =>
    a.reduce((sum, value, i) => sum + value * b[i]!, 0);
  const gain = dot(all(from), all(to)) / dot(all(from), all(from));
  return {
    form: best.form.name,
    used: good.map((i) => patches[i]!.name),
    saturated,
    leaveOneOut: errors.map(({ form, rms: error }) => ({ form: form.name, rms: error })),
    before: rms(all(from).map((value, i) => gain * value - all(to)[i]!)),
    apply: ({ data, height, width }) => {
      const out = new Float32Array(data.length);
      const terms = new Float64Array(best.form.terms);
      for (let at = 0; at < data.length; at += 3) {
        rootPolynomialTerms(data[at]!, data[at + 1]!, data[at + 2]!, best.form.degree, terms);
        for (let c = 0; c < 3; c++) {
          let value = 0;
          for (let t = 0; t < terms.length; t++) value += terms[t]! * matrix.get(t, c);
          out[at + c] = Math.min(1, Math.max(0, value)); // what the weights were trained on
        }
      }
      return { data: out, height, width };
    },
  };
}
