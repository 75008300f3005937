import type { RgbRecipe } from './rgb-step.js';
import type { SensitivityModel } from './sensitivities.js';
import { minMaxNormalise, project, quantize } from './steps.js';

/**
 * GMSR-Net's RGB of Harvard: cube / max * 255 . camera -> min-max over the whole RGB image -> x 255 truncated to uint8.
 * The min-max cancels the scaling in front, so that it is left out: a positive factor changes nothing.
 * Source: the official preprocessing as described in the project's fact sheet (arXiv 2405.07777); its camera file, a
 * Nikon D700, was never published: the camera is an input.
 */
export function gmsrHarvard(camera: SensitivityModel): RgbRecipe {
  return {
    name: 'gmsr-harvard',
    description: `GMSR-Net's Harvard RGB: ${camera.name}, min-max over the image, 8 bit truncated`,
    assumptions: [`the camera is ${camera.name}; the authors' own D700 file was never published`],
    steps: [project(camera), minMaxNormalise(), quantize(8, 'truncate')],
  };
}
