import { createRandom, deriveSeed, type Random } from '@prismamba/core';
import { DatasetError } from '../dataset-error.js';
import { formRgb } from '../rgb-formation/form-rgb.js';
import { photoRecipe, type PhotoRecipeOptions } from '../rgb-formation/photo.js';
import type { JpegRoundTrip } from '../rgb-formation/rgb-step.js';
import type { Illuminant, SensitivityModel, Sensitivities } from '../rgb-formation/sensitivities.js';

/** Lowest and highest value of a draw. */
export type Range = readonly [low: number, high: number];

/** Options of {@link photoAugmentation}; what is not given is not varied. */
export interface PhotoAugmentationOptions {
  /** Measured cameras, of which one is drawn a patch. */
  readonly cameras: readonly SensitivityModel[];
  /** Part of the patches that see a smooth synthetic camera instead; 0 unless stated. */
  readonly syntheticCameras?: number;
  /** Lights, of which one is drawn; D65 unless stated. */
  readonly illuminants?: readonly Illuminant[];
  /**
   * Factor on the light, drawn evenly in stops, such as [0.5, 2]. The cube is scaled along: RGB does not tell a dark surface
   * from little light, so the truth of such a patch is relative radiance.
   */
  readonly exposure?: Range;
  /** Photo-electrons at full scale, drawn evenly in their logarithm. */
  readonly electrons?: Range;
  /** Standard deviation of the read noise. */
  readonly readSigma?: Range;
  /** JPEG quality, and the part of the patches that are compressed. */
  readonly jpegQuality?: Range;
  readonly jpegPart?: number;
  /** JPEG codec, needed with `jpegQuality`. */
  readonly jpeg?: JpegRoundTrip;
}

/** What was drawn for a patch. */
export interface DrawnPhoto extends PhotoRecipeOptions {
  readonly illuminant: Illuminant;
  readonly exposureFactor: number;
}

/** RGB of a patch, formed from its spectra; the cube comes back as the truth that belongs to it. */
export type PatchPhoto = (
  cube: Float32Array,
  size: number,
  wavelengths: readonly number[],
  seed: number,
) => Promise<{ readonly rgb: Float32Array; readonly cube: Float32Array }>;

const logUniform = (random: Random, [low, high]: Range) =>
  Math.exp(random.between(Math.log(low), Math.log(high)));

/** Two half Gaussians around a peak, with a faint second lobe: the shape of a Bayer filter. */
function lobe(random: Random, peak: number, wavelengths: readonly number[]): Float64Array {
  const centre = peak + 12 * random.normal();
  const [left, right] = [random.between(18, 42), random.between(18, 48)];
  const [second, part] = [random.between(420, 680), random.between(0, 0.12)];
  return Float64Array.from(wavelengths, (nm) => {
    const width = nm < centre ? left : right;
    return Math.exp(-0.5 * ((nm - centre) / width) ** 2) + part * Math.exp(-0.5 * ((nm - second) / 45) ** 2);
  });
}

/** A camera that nobody built: smooth curves with peaks near 600, 535 and 460 nm. */
export function syntheticCamera(seed: number): SensitivityModel {
  return {
    name: `synthetic camera ${seed}`,
    at: (wavelengths): Sensitivities => {
      const random = createRandom(deriveSeed(seed, 'curves'));
      return [lobe(random, 600, wavelengths), lobe(random, 535, wavelengths), lobe(random, 460, wavelengths)];
    },
  };
}

/** Draws camera, light, exposure, noise and compression of one photo; a pure function of the seed. */
export function drawPhoto(options: PhotoAugmentationOptions, seed: number): DrawnPhoto {
  const random = createRandom(deriveSeed(seed, 'draws'));
  const { cameras, syntheticCameras = 0, illuminants = ['D65'], exposure = [1, 1], jpegPart = 1 } = options;
  const { electrons, readSigma, jpegQuality } = options;
  const synthetic = random.uniform() < syntheticCameras;
  const camera = synthetic ? syntheticCamera(deriveSeed(seed, 'camera')) : random.pick(cameras);
  const illuminant = random.pick(illuminants);
  const exposureFactor = logUniform(random, exposure);
  const noise = {
    ...(electrons === undefined ? {} : { electrons: logUniform(random, electrons) }),
    ...(readSigma === undefined ? {} : { readSigma: random.between(...readSigma) }),
  };
  const compressed = random.uniform() < jpegPart && jpegQuality !== undefined;
  return {
    camera,
    illuminant,
    exposureFactor,
    noise,
    ...(compressed ? { jpegQuality: random.integer(jpegQuality[0], jpegQuality[1]) } : {}),
  };
}

/**
 * Forms the RGB of each patch on the fly, by a camera, light, exposure, noise and compression that are drawn for it: training
 * for photos of cameras that nobody measured. The result is linear sRGB (see `photoRecipe`).
 *
 * @throws DatasetError for no camera, for ranges that make no sense, for JPEG without a codec
 */
export function photoAugmentation(options: PhotoAugmentationOptions): PatchPhoto {
  const { cameras, syntheticCameras = 0, exposure, jpegQuality, jpeg } = options;
  if (cameras.length === 0 && syntheticCameras < 1) {
    throw new DatasetError(
      'photoAugmentation: cameras is empty, wanted at least one (or syntheticCameras: 1)',
    );
  }
  const positive = { exposure, electrons: options.electrons, jpegQuality };
  for (const [name, range] of Object.entries(positive)) {
    if (range !== undefined && !(range[0] > 0 && range[1] >= range[0])) {
      throw new DatasetError(`photoAugmentation: ${name} is [${range.join(', ')}], wanted 0 < low <= high`);
    }
  }
  if (jpegQuality !== undefined && jpeg === undefined) {
    throw new DatasetError(
      'photoAugmentation: jpegQuality needs a codec; pass jpegRoundTrip of @prismamba/datasets/node',
    );
  }
  return async (cube, size, wavelengths, seed) => {
    const photo = drawPhoto(options, seed);
    const rgb = await formRgb({ data: cube, height: size, width: size }, photoRecipe(photo), {
      wavelengths,
      seed: deriveSeed(seed, 'noise'),
      ...(jpeg === undefined ? {} : { jpeg }),
    });
    return {
      rgb,
      cube: photo.exposureFactor === 1 ? cube : cube.map((value) => value * photo.exposureFactor),
    };
  };
}
