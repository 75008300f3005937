import { Matrix, solve } from 'ml-matrix';
import { cameraBalanced, noiseSteps, type SensorNoise } from './camera.js';
import { colourMatrix, srgb, srgbDecode, srgbEncode } from './cie.js';
import { jpegCompression } from './jpeg.js';
import type { FloatImage, RgbRecipe, RgbStep } from './rgb-step.js';
import type { Illuminant, SensitivityModel } from './sensitivities.js';
import { clip, project, quantize, scale } from './steps.js';
import { colorChecker } from '../spectra/color-checker.js';
import { sampleTable } from '../spectra/spectral-table.js';

/** Options of `photoRecipe`. */
export interface PhotoRecipeOptions {
  readonly camera: SensitivityModel;
  /** Light of the scene, which the camera balances to white; D65 unless stated. */
  readonly illuminant?: Illuminant;
  /** Factor on the light: 2 is one stop brighter, and saturates what was above 0.5. 1 unless stated. */
  readonly exposureFactor?: number;
  readonly noise?: SensorNoise;
  /** Bits of the sRGB-encoded image, rounded to nearest; 8 unless stated, `'none'` keeps floating point. */
  readonly bits?: number | 'none';
  /** Compresses the encoded image as JPEG of this quality. */
  readonly jpegQuality?: number;
}

const checker = Object.keys(colorChecker.columns) as (keyof typeof colorChecker.columns)[];

/** The 24 patches as an image of one row, [1, 24, bands]. */
function chart(wavelengths: readonly number[]): FloatImage {
  const table = sampleTable(colorChecker, wavelengths);
  const data = new Float64Array(checker.length * wavelengths.length);
  checker.forEach((name, i) => data.set(table[name], i * wavelengths.length));
  return { data, height: 1, width: checker.length, channels: wavelengths.length };
}

/** Linear sRGB of a reflectance cube under D65, not clipped. */
const linearSrgb = srgb({ bits: 'none' }).steps.filter(
  ({ name }) => name === 'project' || name === 'colour-matrix',
);

/**
 * From the balanced camera to linear sRGB as a camera maker does it: the 3 x 3 matrix with the least squared error over the 24
 * ColorChecker patches, the camera seeing them under its light, the eye under D65.
 */
function cameraToSrgb(model: SensitivityModel): RgbStep {
  const known = new Map<string, RgbStep>();
  const matrixFor = (wavelengths: readonly number[]): RgbStep => {
    const key = wavelengths.join();
    let step = known.get(key);
    if (step === undefined) {
      const context = { wavelengths, random: undefined as never };
      const patches = chart(wavelengths);
      const seen = project(model).apply(patches, context) as FloatImage;
      const wanted = linearSrgb.reduce((image, { apply }) => apply(image, context) as FloatImage, patches);
      const rows = (image: FloatImage) => Matrix.from1DArray(checker.length, 3, [...image.data]);
      const matrix = solve(rows(seen), rows(wanted)).transpose().to2DArray() as [number, number, number][];
      known.set(key, (step = colourMatrix(matrix, `${model.name} to linear sRGB`)));
    }
    return step;
  };
  return {
    name: 'camera-to-srgb',
    description: `3 x 3 matrix from ${model.name} to linear sRGB, least squares over the 24 ColorChecker patches`,
    pointwise: true,
    apply: (image, context) => matrixFor(context.wavelengths).apply(image, context),
  };
}

/**
 * A developed photo of a cube of reflectances, as linear sRGB in [0, 1]: light -> camera -> white balance -> exposure ->
 * sensor noise -> colour matrix -> clip -> sRGB encoding, bit depth, JPEG -> decoded again to linear. What a phone or a
 * raw converter writes and a reader linearises; it is the input that our weights for photos expect.
 */
export function photoRecipe(options: PhotoRecipeOptions): RgbRecipe {
  const { camera, illuminant = 'D65', exposureFactor = 1, noise = {}, bits = 8, jpegQuality } = options;
  const model = cameraBalanced(camera, illuminant);
  const coded: RgbStep[] = [
    ...(bits === 'none' ? [] : [quantize(bits, 'nearest')]),
    ...(jpegQuality === undefined ? [] : [jpegCompression(jpegQuality)]),
  ];
  return {
    name: 'photo',
    description: `photo in linear sRGB by ${model.name}`,
    assumptions: [],
    steps: [
      project(model),
      ...(exposureFactor === 1 ? [] : [scale(exposureFactor)]),
      ...noiseSteps(noise),
      clip(0, 1),
      cameraToSrgb(model),
      clip(0, 1),
      ...(coded.length === 0 ? [] : [srgbEncode(), ...coded, srgbDecode()]),
    ],
  };
}
