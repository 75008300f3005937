import type { RgbImage } from '@prismamba/trainer';
import type { Rendering } from '../reconstruct/rendering.js';
import { usageError } from '../user-error.js';
import { calibrate, type Calibration } from './calibration.js';
import { chartPatches, type ChartCorners, type ChartPatch } from './chart-patches.js';
import { chartReflectances, renderSpectrum } from './chart-report.js';

/** A photo in the space of the weights, and the chart that brought it there. */
export interface CalibratedPhoto {
  readonly image: RgbImage;
  readonly calibration: Calibration;
  readonly patches: readonly ChartPatch[];
}

/** @throws UserError for weights that do not take linear light, and what {@link chartPatches} and {@link calibrate} refuse */
export function calibrateByChart(
  corners: ChartCorners,
  photo: RgbImage,
  rendering: Rendering | undefined,
  wavelengths: readonly number[],
): CalibratedPhoto {
  if (rendering === undefined)
    throw usageError('--chart: these weights do not take linear light, so there is no space to calibrate to');
  const patches = chartPatches(corners, photo);
  const targets = chartReflectances(wavelengths).map((spectrum) => renderSpectrum(spectrum, rendering));
  const calibration = calibrate(photo, patches, targets);
  return { image: calibration.apply(photo), calibration, patches };
}

/** Errors in codes of 8 bits, which people have a feeling for. */
const codes = (error: number) => (255 * error).toFixed(2);

export function describeCalibration({ form, used, saturated, leaveOneOut, before }: Calibration): string[] {
  const errors = leaveOneOut.map((one) => `${one.form} ${codes(one.rms)}`).join(', ');
  return [
    `chart: ${form} from ${used.length} patches; leave-one-out error of 255, root mean square: ${errors}; the photo as it is ${codes(before)}`,
    ...(saturated.length === 0 ? [] : [`note: saturated and left out: ${saturated.join(', ')}`]),
  ];
}

export const CHART_NOTE =
  'each patch reconstructed, against its published reflectance (N. Ohta 1997; a chart of another make or age differs):';
