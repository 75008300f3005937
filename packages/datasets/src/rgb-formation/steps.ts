import type { Random } from '@prismamba/core';
import { DatasetError } from '../dataset-error.js';
import type { FloatImage, RgbStep } from './rgb-step.js';
import type { SensitivityModel } from './sensitivities.js';

/** Every value through a function of value and channel; the result is float64. */
export function mapImage(image: FloatImage, f: (value: number, channel: number) => number): FloatImage {
  const { data, channels } = image;
  const out = new Float64Array(data.length);
  for (let i = 0; i < data.length; i++) out[i] = f(data[i]!, i % channels);
  return { ...image, data: out };
}

/** Projection of the cube: `rgb_k = sum_b cube_b * weights[k][b]`, in float64. */
export function project(model: SensitivityModel): RgbStep {
  return {
    name: 'project',
    description: `project the cube with ${model.name}`,
    pointwise: true,
    apply: (cube, { wavelengths }) => {
      if (wavelengths.length !== cube.channels) {
        throw new DatasetError(
          `project: the cube has ${cube.channels} bands but ${wavelengths.length} wavelengths were given`,
        );
      }
      const [r, g, b] = model.at(wavelengths);
      const { data, channels } = cube;
      const pixels = cube.height * cube.width;
      const out = new Float64Array(pixels * 3);
      for (let pixel = 0; pixel < pixels; pixel++) {
        const start = pixel * channels;
        let red = 0;
        let green = 0;
        let blue = 0;
        for (let band = 0; band < channels; band++) {
          const value = data[start + band]!;
          red += value * r[band]!;
          green += value * g[band]!;
          blue += value * b[band]!;
        }
        out[pixel * 3] = red;
        out[pixel * 3 + 1] = green;
        out[pixel * 3 + 2] = blue;
      }
      return { data: out, height: cube.height, width: cube.width, channels: 3 };
    },
  };
}

/** Multiplication by one factor; `label` says what it is, e.g. '/ 256'. */
export function scale(factor: number, label = `x ${factor}`): RgbStep {
  return {
    name: 'scale',
    description: `scale ${label}`,
    pointwise: true,
    apply: (image) => mapImage(image, (value) => value * factor),
  };
}

/** Clips to [low, high]. */
export function clip(low: number, high: number): RgbStep {
  return {
    name: 'clip',
    description: `clip to [${low}, ${high}]`,
    pointwise: true,
    apply: (image) => mapImage(image, (value) => Math.min(high, Math.max(low, value))),
  };
}

/** White balance by fixed gains. */
export function whiteBalance(gains: readonly [number, number, number]): RgbStep {
  return {
    name: 'white-balance',
    description: `white balance, gains [${gains.join(', ')}]`,
    pointwise: true,
    apply: (image) => mapImage(image, (value, channel) => value * gains[channel]!),
  };
}

/** Grey-world white balance: gains that give red and blue the mean of green. */
export function greyWorld(): RgbStep {
  return {
    name: 'grey-world',
    description: 'white balance by the grey-world rule: the means of red and blue become that of green',
    pointwise: false,
    apply: (image) => {
      const means = channelMeans(image);
      const gains = means.map((mean) => (mean <= 0 ? 1 : means[1]! / mean));
      return mapImage(image, (value, channel) => value * gains[channel]!);
    },
  };
}

function channelMeans(image: FloatImage): number[] {
  const sums = new Array<number>(image.channels).fill(0);
  for (let i = 0; i < image.data.length; i++) sums[i % image.channels]! += image.data[i]!;
  return sums.map((sum) => sum / (image.height * image.width));
}

/** Scales so that the mean over the image (or over one channel) becomes `target`. A black image stays black. */
export function exposeToMean(target: number, channel?: 0 | 1 | 2): RgbStep {
  const of = channel === undefined ? 'all channels' : `channel ${'RGB'[channel]}`;
  return {
    name: 'expose-to-mean',
    description: `scale so that the mean of ${of} is ${target}`,
    pointwise: false,
    apply: (image) => {
      const means = channelMeans(image);
      const mean = channel === undefined ? means.reduce((a, b) => a + b, 0) / means.length : means[channel]!;
      const gain = mean <= 0 ? 1 : target / mean;
      return mapImage(image, (value) => value * gain);
    },
  };
}

/** Min-max normalisation over the whole image, all channels together. A constant image becomes 0. */
export function minMaxNormalise(): RgbStep {
  return {
    name: 'min-max-normalise',
    description: 'min-max normalisation over all channels of the image',
    pointwise: false,
    apply: (image) => {
      let low = Infinity;
      let high = -Infinity;
      for (const value of image.data) {
        low = Math.min(low, value);
        high = Math.max(high, value);
      }
      const range = high - low;
      return mapImage(image, (value) => (range <= 0 ? 0 : (value - low) / range));
    },
  };
}

/** Division by the maximum of the whole image. A black image stays black. */
export function divideByMaximum(): RgbStep {
  return {
    name: 'divide-by-maximum',
    description: 'divide by the maximum of the image',
    pointwise: false,
    apply: (image) => {
      let high = 0;
      for (const value of image.data) high = Math.max(high, value);
      return mapImage(image, (value) => (high <= 0 ? 0 : value / high));
    },
  };
}

/**
 * Bit depth: `v -> floor(v * (2^bits - 1)) / (2^bits - 1)` ('truncate', what a cast to an unsigned integer does)
 * or round half up ('nearest'). The input must be clipped to [0, 1]; what is outside is clipped here.
 */
export function quantize(bits: number, rounding: 'truncate' | 'nearest'): RgbStep {
  if (!Number.isInteger(bits) || bits < 1 || bits > 16) {
    throw new RangeError(`quantize: bits must be an integer of 1 to 16, got ${bits}`);
  }
  const levels = 2 ** bits - 1;
  const offset = rounding === 'nearest' ? 0.5 : 0;
  return {
    name: 'quantize',
    description: `quantise to ${bits} bits (${rounding})`,
    pointwise: true,
    apply: (image) =>
      mapImage(image, (value) => Math.floor(Math.min(1, Math.max(0, value)) * levels + offset) / levels),
  };
}

/** Photon noise: `v -> Poisson(v * electrons) / electrons`, where `electrons` is the signal of v = 1. */
export function shotNoise(electrons: number): RgbStep {
  if (!(electrons > 0)) throw new RangeError(`shotNoise: electrons must be > 0, got ${electrons}`);
  return {
    name: 'shot-noise',
    description: `Poisson noise, ${electrons} photo-electrons at value 1`,
    pointwise: false,
    apply: (image, { random }) =>
      mapImage(image, (value) => photoElectrons(random, value * electrons) / electrons),
  };
}

/** Counted where `mean` were expected, none below 0; NaN, of which there is no number, stays NaN. */
export const photoElectrons = (random: Random, mean: number): number =>
  Number.isNaN(mean) ? NaN : random.poisson(Math.max(0, mean));

/** Signal-independent noise: adds a normal deviate of standard deviation `sigma`. */
export function readNoise(sigma: number): RgbStep {
  if (!(sigma >= 0)) throw new RangeError(`readNoise: sigma must be >= 0, got ${sigma}`);
  return {
    name: 'read-noise',
    description: `normal noise of standard deviation ${sigma}`,
    pointwise: false,
    apply: (image, { random }) => mapImage(image, (value) => value + sigma * random.normal()),
  };
}
