import type { RgbRecipe } from './rgb-step.js';
import { observerSensitivities, withColumnSum } from './sensitivities.js';
import { clip, project, quantize, scale } from './steps.js';

/**
 * NTIRE 2020 "Clean": cube x CIE 1964 observer, each column scaled to sum 255 over the cube's bands / 256
 * -> clip [0, 1] -> x 255 -> uint8. Channels R, G, B are x, y, z. A flat cube of ones gives 254 / 255.
 *
 * The matrix (`cie_1964_w_gain`) is derived here from the CIE 1964 table rather than shipped as numbers.
 * Source: B. Arad et al., "NTIRE 2020 Challenge on Spectral Reconstruction from an RGB Image", CVPRW 2020, and the
 * organisers' published helper code. Whether the last cast truncates or rounds is not printed: 'truncate' (what the
 * Real World track's cast does) is an assumption; the two differ by one step of 255 at most.
 */
export function ntire2020Clean(options: { rounding?: 'truncate' | 'nearest' } = {}): RgbRecipe {
  const rounding = options.rounding ?? 'truncate';
  return {
    name: 'ntire2020-clean',
    description: 'NTIRE 2020 Clean: CIE 1964 observer, column sums 255, / 256, clip, 8 bit',
    assumptions: [`the cast to 8 bit is taken to be '${rounding}'`],
    steps: [
      project(withColumnSum(observerSensitivities('1964'), 255)),
      scale(1 / 256, '/ 256'),
      clip(0, 1),
      quantize(8, rounding),
    ],
  };
}
