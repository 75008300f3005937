import { checkCube, MetricArgumentError, type Cube } from './cube.js';

/**
 * Mask (one value a pixel) that leaves out dark pixels: 1 where the mean of the true spectrum is at least
 * `threshold`, else 0. A pixel whose truth holds a NaN is kept, so that the NaN shows in the score.
 *
 * Why: in very dark pixels relative errors and spectral angles measure the sensor's floor, not the network; in the
 * CAVE scenes per-pixel SAM is 37 to 44 degrees below a mean reflectance of 0.02 and 3 to 8 degrees above 0.1.
 * Report the masked figure beside the plain one, not in its place.
 *
 * @param threshold same unit as the cube; 0.05 is a usual choice for reflectance in [0, 1]
 */
export function darkPixelMask(truth: Cube, threshold: number): Uint8Array {
  checkCube('darkPixelMask', 'truth', truth);
  if (!Number.isFinite(threshold)) {
    throw new MetricArgumentError(`darkPixelMask: threshold is ${threshold}, but must be a finite number.`);
  }
  const { data, bands } = truth;
  const mask = new Uint8Array(truth.height * truth.width);
  for (let p = 0; p < mask.length; p++) {
    let sum = 0;
    for (let b = 0; b < bands; b++) sum += data[p * bands + b]!;
    mask[p] = sum / bands < threshold ? 0 : 1;
  }
  return mask;
}
