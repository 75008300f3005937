import { DatasetError } from '../dataset-error.js';
import {
  illuminantAt,
  underIlluminant,
  type Illuminant,
  type SensitivityModel,
  whiteIsOne,
} from './sensitivities.js';
import type { RgbRecipe, RgbStep } from './rgb-step.js';
import {
  clip,
  exposeToMean,
  greyWorld,
  project,
  quantize,
  readNoise,
  shotNoise,
  whiteBalance,
} from './steps.js';

/** Sensor noise in units of full scale. */
export interface SensorNoise {
  /** Photo-electrons at full scale; without it no photon noise. */
  readonly electrons?: number;
  /** Standard deviation of the read noise; without it none. */
  readonly readSigma?: number;
}

/** Options of {@link cameraRecipe}. */
export interface CameraRecipeOptions {
  readonly camera: SensitivityModel;
  /** Light multiplied into a cube of reflectances; without it the cube is taken as radiance. */
  readonly illuminant?: Illuminant;
  /**
   * `'white-point'`: gains that make a white surface under the illuminant neutral (default); `'grey-world'`; `'none'`;
   * or gains of R, G, B.
   */
  readonly whiteBalance?: 'white-point' | 'grey-world' | 'none' | readonly [number, number, number];
  /** Mean of the image after exposure, e.g. 0.18; without it a white surface is 1. */
  readonly exposure?: number;
  readonly noise?: SensorNoise;
  /** Bit depth, default 8, truncated; `'none'` keeps floating point. */
  readonly bits?: number | 'none';
}

/** Photon and read noise, where they are given. */
export function noiseSteps({ electrons, readSigma }: SensorNoise): RgbStep[] {
  return [
    ...(electrons === undefined ? [] : [shotNoise(electrons)]),
    ...(readSigma === undefined ? [] : [readNoise(readSigma)]),
  ];
}

/** Gains that give a flat cube the same value in all channels: G / R, 1, G / B of the column sums. */
function whitePointGains(model: SensitivityModel): SensitivityModel {
  return {
    name: `${model.name}, white balanced`,
    at: (wavelengths) => {
      const weights = model.at(wavelengths);
      const sums = weights.map((channel) => channel.reduce((a, b) => a + b, 0));
      const [r, g, b] = weights;
      return [r.map((v) => (v * sums[1]!) / sums[0]!), g, b.map((v) => (v * sums[1]!) / sums[2]!)];
    },
  };
}

/** A camera under a light, its channels balanced so that white is 1 in each. */
export function cameraBalanced(camera: SensitivityModel, illuminant: Illuminant): SensitivityModel {
  return whiteIsOne(whitePointGains(underIlluminant(camera, illuminant)));
}

/** A measured camera: project -> white balance -> exposure -> noise -> clip -> bit depth. */
export function cameraRecipe(options: CameraRecipeOptions): RgbRecipe {
  const { camera, illuminant, exposure, noise = {}, bits = 8 } = options;
  const balance = options.whiteBalance ?? 'white-point';
  const lit = illuminant === undefined ? camera : underIlluminant(camera, illuminant);
  const model = whiteIsOne(balance === 'white-point' ? whitePointGains(lit) : lit);
  return {
    name: 'camera',
    description: `camera ${model.name}`,
    assumptions: [],
    steps: [
      project(model),
      ...(balance === 'grey-world'
        ? [greyWorld()]
        : Array.isArray(balance)
          ? [whiteBalance(balance as [number, number, number])]
          : []),
      ...(exposure === undefined ? [] : [exposeToMean(exposure)]),
      ...noiseSteps(noise),
      clip(0, 1),
      ...(bits === 'none' ? [] : [quantize(bits, 'truncate')]),
    ],
  };
}

/** A recipe with sensor noise in front of its quantisation (at its end where it has none). */
export function withSensorNoise(recipe: RgbRecipe, noise: SensorNoise): RgbRecipe {
  const at = recipe.steps.findIndex((step) => step.name === 'quantize');
  const position = at < 0 ? recipe.steps.length : at;
  const steps = [...recipe.steps];
  steps.splice(position, 0, ...noiseSteps(noise), clip(0, 1));
  return {
    ...recipe,
    name: `${recipe.name}+noise`,
    description: `${recipe.description}; sensor noise`,
    steps,
  };
}

/** White-balance gains for a camera under a light: what a grey card would give. */
export function whiteBalanceGains(
  camera: SensitivityModel,
  illuminant: Illuminant,
  wavelengths: readonly number[],
): [number, number, number] {
  const light = illuminantAt(illuminant, wavelengths);
  const sums = camera.at(wavelengths).map((weights) => weights.reduce((sum, w, b) => sum + w * light[b]!, 0));
  if (sums.some((sum) => !(sum > 0))) {
    throw new DatasetError(`whiteBalanceGains: a channel of ${camera.name} sees nothing of the light`);
  }
  return [sums[1]! / sums[0]!, 1, sums[1]! / sums[2]!];
}
