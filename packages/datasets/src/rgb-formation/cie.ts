import type { RgbRecipe, RgbStep } from './rgb-step.js';
import {
  observerSensitivities,
  underIlluminant,
  withColumnSum,
  type Illuminant,
  type SensitivityModel,
} from './sensitivities.js';
import { clip, mapImage, project, quantize } from './steps.js';
import { linearToSrgb, srgbToLinear } from '../photo/srgb.js';

/** Options of `cie`. */
export interface CieOptions {
  /** Light multiplied into a cube of reflectances; without it the cube is taken as radiance. */
  readonly illuminant?: Illuminant;
  /** Bit depth, default 8; rounded to nearest. `'none'` keeps floating point. */
  readonly bits?: number | 'none';
}

/**
 * The CIE 1931 or 1964 observer as the camera: channels R, G, B are x, y, z, each scaled so that a flat white cube
 * (under the illuminant) gives 1; clip [0, 1]; 8 bit. What papers mean by "CIE 1931 (1964) RGB"; not sRGB, see {@link srgb}.
 */
export function cie(year: '1931' | '1964', options: CieOptions = {}): RgbRecipe {
  const { illuminant, bits = 8 } = options;
  const observer = observerSensitivities(year);
  const model = withColumnSum(illuminant === undefined ? observer : underIlluminant(observer, illuminant), 1);
  return {
    name: `cie-${year}`,
    description: `${model.name}, clip, ${bits === 'none' ? 'floating point' : `${bits} bit`}`,
    assumptions: [`cie-${year}: no paper states scale and rounding; white is 1, rounded to nearest`],
    steps: [project(model), clip(0, 1), ...(bits === 'none' ? [] : [quantize(bits, 'nearest')])],
  };
}

/** Linear sRGB from XYZ with Y = 1 for white: IEC 61966-2-1, inverse of its rounded matrix. */
const xyzToSrgb = [
  [3.2406, -1.5372, -0.4986],
  [-0.9689, 1.8758, 0.0415],
  [0.0557, -0.204, 1.057],
] as const;

/** A 3 x 3 matrix applied to every pixel. */
export function colourMatrix(matrix: readonly (readonly [number, number, number])[], name: string): RgbStep {
  return {
    name: 'colour-matrix',
    description: `colour matrix ${name}`,
    pointwise: true,
    apply: (image) => {
      const { data } = image;
      const out = new Float64Array(data.length);
      for (let i = 0; i < data.length; i += 3) {
        for (let k = 0; k < 3; k++) {
          const [a, b, c] = matrix[k]!;
          out[i + k] = a * data[i]! + b * data[i + 1]! + c * data[i + 2]!;
        }
      }
      return { ...image, data: out };
    },
  };
}

/** The sRGB transfer function of IEC 61966-2-1: 12.92 v, or 1.055 v^(1/2.4) - 0.055 above 0.0031308. */
export function srgbEncode(): RgbStep {
  return {
    name: 'srgb-encode',
    description: 'sRGB transfer function',
    pointwise: true,
    apply: (image) =>
      mapImage(image, (value) => {
        const v = Math.min(1, Math.max(0, value));
        return linearToSrgb(v);
      }),
  };
}

/** The inverse of {@link srgbEncode}: encoded sRGB to linear. */
export function srgbDecode(): RgbStep {
  return {
    name: 'srgb-decode',
    description: 'inverse sRGB transfer function',
    pointwise: true,
    apply: (image) => mapImage(image, srgbToLinear),
  };
}

/** One factor for x, y and z: Y of a flat white cube becomes 1. */
function luminanceOne(model: SensitivityModel): SensitivityModel {
  return {
    name: `${model.name}, white has Y = 1`,
    at: (wavelengths) => {
      const [x, y, z] = model.at(wavelengths);
      const white = y.reduce((a, b) => a + b, 0);
      return [x.map((v) => v / white), y.map((v) => v / white), z.map((v) => v / white)];
    },
  };
}

/**
 * What a person sees on a screen: CIE 1931 XYZ -> linear sRGB (D65) -> sRGB transfer function -> 8 bit. A cube of
 * reflectances is lit by D65 unless told otherwise; other lights are not adapted to, so they leave a cast.
 */
export function srgb(options: CieOptions = {}): RgbRecipe {
  const { illuminant = 'D65', bits = 8 } = options;
  return {
    name: 'srgb',
    description: `sRGB of a reflectance cube under ${typeof illuminant === 'string' ? illuminant : illuminant.name}`,
    assumptions: [],
    steps: [
      project(luminanceOne(underIlluminant(observerSensitivities('1931'), illuminant))),
      colourMatrix(xyzToSrgb, 'XYZ to linear sRGB'),
      srgbEncode(),
      ...(bits === 'none' ? [] : [quantize(bits, 'nearest')]),
    ],
  };
}
