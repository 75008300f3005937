import { nikonD5100 } from '../spectra/cameras.js';
import { bayerChannel, demosaicEdgeAware, mosaicRggb } from './bayer.js';
import { jpegCompression } from './jpeg.js';
import type { RgbRecipe, RgbStep } from './rgb-step.js';
import { cameraSensitivities, whiteIsOne, type SensitivityModel } from './sensitivities.js';
import { clip, photoElectrons, project, quantize, scale } from './steps.js';

/** The confidential parameters of the Real World track; the defaults are the organisers' public sample values. */
export interface Ntire2020RealWorldOptions {
  /** Default: a Nikon D5100, standing in for the sample camera (D40), whose curve is not shipped here. */
  readonly camera?: SensitivityModel;
  /** Photo-electrons that the mean green pixel collects; sample value 5000. */
  readonly meanGreenElectrons?: number;
  /** Standard deviation of the dark noise in electrons; sample code: 10, squared when it is used, so 100. */
  readonly darkNoiseStd?: number;
  /** 16-bit counts an electron; default: what gives the image back the brightness it had. */
  readonly gain?: number;
  /** Sample value 80. */
  readonly jpegQuality?: number;
}

/** Exposure, photon noise, dark noise, read-out to whole 16-bit counts, on a mosaic in which 1 is full scale. */
function sensorReadout(electrons: number, darkStd: number, gain: number | undefined): RgbStep {
  const how = gain === undefined ? 'the exposure undone' : `gain ${gain}`;
  return {
    name: 'sensor-readout',
    description: `mean green to ${electrons} e-, Poisson noise, dark noise of std ${darkStd} e-, ${how}, round, clip to [0, 65535]`,
    pointwise: false,
    apply: (mosaic, { random }) => {
      const { data, height, width } = mosaic;
      let sum = 0;
      let count = 0;
      for (let row = 0; row < height; row++) {
        for (let column = 0; column < width; column++) {
          if (bayerChannel(row, column) === 1) {
            sum += data[row * width + column]!;
            count++;
          }
        }
      }
      const exposure = sum <= 0 ? 1 : electrons / (sum / count);
      const toCounts = gain ?? 65535 / exposure;
      const out = new Float64Array(data.length);
      for (let i = 0; i < data.length; i++) {
        const collected = photoElectrons(random, data[i]! * exposure) + darkStd * random.normal();
        out[i] = Math.min(65535, Math.max(0, Math.round(collected * toCounts)));
      }
      return { ...mosaic, data: out };
    },
  };
}

/**
 * NTIRE 2020 "Real World", in the order of the organisers' public sample: project with a camera -> RGGB mosaic ->
 * mean green = 5000 electrons -> Poisson and dark noise -> x gain, round, clip [0, 65535] -> edge-aware demosaic ->
 * clip, x 255, truncate to uint8 -> JPEG quality 80. The camera and the parameters of the challenge are secret.
 * The demosaicing is that of `demosaicEdgeAware`: written from OpenCV's description, not equal to its bits.
 * Source: B. Arad et al., CVPRW 2020 and the organisers' public sample code, as described in the project's fact sheet.
 */
export function ntire2020RealWorld(options: Ntire2020RealWorldOptions = {}): RgbRecipe {
  const { meanGreenElectrons = 5000, darkNoiseStd = 100, jpegQuality = 80 } = options;
  const camera = options.camera ?? whiteIsOne(cameraSensitivities(nikonD5100));
  return {
    name: 'ntire2020-real-world',
    description: `NTIRE 2020 Real World with ${camera.name}: mosaic, ${meanGreenElectrons} e-, noise, demosaic, JPEG ${jpegQuality}`,
    assumptions: [
      "NTIRE2020 Real World: camera and noise of the challenge are confidential; what is not given has the organisers' public sample values",
      ...(options.camera === undefined
        ? [
            'NTIRE2020 Real World: a Nikon D5100 stands in for the sample camera (Nikon D40); green of a flat white cube is full scale',
          ]
        : []),
      ...(options.darkNoiseStd === undefined
        ? [
            'NTIRE2020 Real World: the dark noise has std 100 because the sample squares its value 10; a variance of 100 was probably meant',
          ]
        : []),
      ...(options.gain === undefined ? ['NTIRE2020 Real World: the gain is taken to undo the exposure'] : []),
      'NTIRE2020 Real World: the demosaicing follows the description of the one in OpenCV that the organisers used; equality to the bit with OpenCV is not claimed',
    ],
    steps: [
      project(camera),
      mosaicRggb(),
      sensorReadout(meanGreenElectrons, darkNoiseStd, options.gain),
      demosaicEdgeAware(),
      scale(1 / 65535, '/ 65535'),
      clip(0, 1),
      quantize(8, 'truncate'),
      jpegCompression(jpegQuality),
    ],
  };
}
