import { nikonD5100 } from '../spectra/cameras.js';
import { jpegCompression } from './jpeg.js';
import type { RgbRecipe } from './rgb-step.js';
import { cameraSensitivities, withGains, type SensitivityModel } from './sensitivities.js';
import { clip, exposeToMean, project, quantize, shotNoise } from './steps.js';

/** The parameters that the organisers changed for the challenge; the defaults are their public sample values. */
export interface Ntire2022Options {
  /** Quantum efficiency of R, G1, B; default: a Nikon D5100, standing in for the sample sensor. */
  readonly camera?: SensitivityModel;
  /** Gains of R, G, B; sample values [2.2933984, 1, 1.62308182]. */
  readonly gains?: readonly [number, number, number];
  /** Photo-electrons at signal 1; sample value 750. */
  readonly photoElectrons?: number;
  /** Sample value 65. */
  readonly jpegQuality?: number;
}

/**
 * NTIRE 2022: project with quantum efficiencies x gains (interpolated linearly to the cube's bands) -> clip negatives
 * -> Poisson(signal x npe) / npe -> scale so that the image mean is 0.18 x 255 -> clip [0, 255] -> truncate to uint8
 * -> JPEG quality 65. No mosaic on the RGB track, no dark noise in the released function.
 * Source: B. Arad et al., CVPRW 2022 and the organisers' public configuration, as described in the fact sheet; the
 * organisers say that the true values are similar to these but not identical.
 */
export function ntire2022(options: Ntire2022Options = {}): RgbRecipe {
  const { gains = [2.2933984, 1, 1.62308182], photoElectrons = 750, jpegQuality = 65 } = options;
  const camera = options.camera ?? cameraSensitivities(nikonD5100);
  return {
    name: 'ntire2022',
    description: `NTIRE 2022 with ${camera.name}: ${photoElectrons} e-, mean 0.18, 8 bit, JPEG ${jpegQuality}`,
    assumptions: [
      'NTIRE2022: gains, electrons and JPEG quality of the challenge are secret; what is not given has the similar public sample values',
      ...(options.camera === undefined
        ? ['NTIRE2022: a Nikon D5100 stands in for the sample sensor, with the gains of that sensor']
        : []),
    ],
    steps: [
      project(withGains(camera, gains)),
      clip(0, Infinity),
      shotNoise(photoElectrons),
      exposeToMean(0.18),
      clip(0, 1),
      quantize(8, 'truncate'),
      jpegCompression(jpegQuality),
    ],
  };
}
