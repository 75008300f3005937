import { checkCube, type Cube, MetricArgumentError } from './cube.js';
import { ssim, type SsimOptions } from './ssim.js';

export interface AdjacentBandDissimilarityOptions extends SsimOptions {
  /** L in C1 = (0.01 L)^2, C2 = (0.03 L)^2. Default 1. */
  readonly dataRange?: number;
}

/**
 * How little neighbouring bands of ONE cube look alike, D = 1 - (1 / (C - 1)) sum_{b = 0}^{C - 2} SSIM(X_b, X_{b+1}):
 * 0 where all bands show one image, about 1 for unrelated ones, up to 2. It has no truth and is no measure of
 * reconstruction error: GMSR-Net's released utilities hold it as a loss on the reconstruction, which no table reports.
 *
 * Source: `gmsr_utils_loss_ssim_hyper_rec` of the reference numbers, whose formula was found by fitting (11 x 11
 * Gaussian, range 1; all four cases within 2e-6). Shape: cube [H, W, C] with C of 2 or more; dimensionless. NaN in gives
 * NaN, as does a mask without pixels; equal bands, also constant or zero ones, give exactly 0.
 *
 * @throws MetricArgumentError for fewer than two bands; the errors of {@link ssim}
 */
export function adjacentBandDissimilarity(
  cube: Cube,
  options: AdjacentBandDissimilarityOptions = {},
): number {
  checkCube('adjacentBandDissimilarity', 'cube', cube);
  const { bands } = cube;
  if (bands < 2) {
    throw new MetricArgumentError(
      `adjacentBandDissimilarity: cube.bands is ${bands}, but must be 2 or more: one band has no neighbour.`,
    );
  }
  if (options.dataRange !== undefined && typeof options.dataRange !== 'number') {
    throw new MetricArgumentError(
      `adjacentBandDissimilarity: dataRange is '${String(options.dataRange)}', but must be a positive number.`,
    );
  }
  let lower = bandOf(cube, 0);
  let sum = 0;
  for (let b = 1; b < bands; b++) {
    const upper = bandOf(cube, b);
    sum += ssim(lower, upper, options);
    lower = upper;
  }
  return 1 - sum / (bands - 1);
}

/** Band `b` alone, as a cube of one band; a copy. */
function bandOf({ data, height, width, bands }: Cube, b: number): Cube {
  const plane = new Float64Array(height * width);
  for (let p = 0; p < plane.length; p++) plane[p] = data[p * bands + b]!;
  return { data: plane, height, width, bands: 1 };
}
