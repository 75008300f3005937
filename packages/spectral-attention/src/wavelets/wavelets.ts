import * as tf from '@tensorflow/tfjs-core';
import { checkShape } from '@prismamba/core';
import { haarDwt, haarIdwt } from '../haar-dwt/haar-dwt.js';
import { analyseAxis, synthesiseAxis } from './wavelet-axis.js';
import { coefficientCount, waveletFilters, type WaveletName } from './wavelet-filters.js';

/**
 * One level of the two-dimensional discrete wavelet transform with zeros outside the map (mode `zero` of
 * PyWavelets and pytorch_wavelets). With low pass l and high pass h of length L, along one axis
 *
 *     low[o] = sum_k l[k] x[2o + 1 - k],   high[o] = sum_k h[k] x[2o + 1 - k],   o = 0 .. floor((n + L - 1) / 2) - 1,
 *
 * first along the width, then along the height.
 *
 * @param x [B, H, W, C].
 * @param wavelet `haar` unless stated.
 * @returns [B, H', W', 4C], band-major: all C channels of LL, then LH (low along the width, high along the
 *   height; the horizontal detail), HL and HH. H' = floor((H + L - 1) / 2), W' alike.
 */
export function dwt2d(x: tf.Tensor4D, wavelet: WaveletName = 'haar'): tf.Tensor4D {
  checkShape('dwt2d', 'x', x, ['B', 'H', 'W', 'C']);
  const { decLow, decHigh } = waveletFilters(wavelet);
  if (wavelet === 'haar') return haarDwt(x);
  return tf.tidy(() => {
    const [lowW, highW] = analyseAxis(x, 2, [decLow, decHigh]) as [tf.Tensor4D, tf.Tensor4D];
    const [ll, lh] = analyseAxis(lowW, 1, [decLow, decHigh]) as [tf.Tensor4D, tf.Tensor4D];
    const [hl, hh] = analyseAxis(highW, 1, [decLow, decHigh]) as [tf.Tensor4D, tf.Tensor4D];
    return tf.concat([ll, lh, hl, hh], 3);
  });
}

/**
 * The inverse of {@link dwt2d}.
 *
 * @param y [B, H', W', 4C], band-major.
 * @param wavelet the one that `y` was made with.
 * @param size height and width to restore; the largest that `y` allows (even sizes) unless stated.
 * @returns [B, H, W, C].
 * @throws Error when the channels are no multiple of 4, or `size` does not belong to `y`.
 */
export function idwt2d(
  y: tf.Tensor4D,
  wavelet: WaveletName = 'haar',
  size?: readonly [height: number, width: number],
): tf.Tensor4D {
  const { recLow, recHigh } = waveletFilters(wavelet);
  const [height, width] = checkInverse('idwt2d', y, recLow.length, size);
  if (wavelet === 'haar') return haarIdwt(y, [height, width]);
  return tf.tidy(() => {
    const [ll, lh, hl, hh] = tf.split(y, 4, 3) as [tf.Tensor4D, tf.Tensor4D, tf.Tensor4D, tf.Tensor4D];
    const filters = [recLow, recHigh];
    const lowW = synthesiseAxis([ll, lh], 1, filters, height);
    const highW = synthesiseAxis([hl, hh], 1, filters, height);
    return synthesiseAxis([lowW, highW], 2, filters, width);
  });
}

/** Checks the arguments of an inverse transform and returns the size to restore. */
export function checkInverse(
  caller: string,
  y: tf.Tensor4D,
  filterLength: number,
  size: readonly [number, number] | undefined,
): readonly [height: number, width: number] {
  checkShape(caller, 'y', y, ['B', "H'", "W'", '4C']);
  const [, rows, columns, channels] = y.shape;
  if (channels % 4 !== 0) {
    throw new Error(
      `${caller}: y: got ${channels} channels, wanted a multiple of 4 (the bands LL, LH, HL, HH)`,
    );
  }
  const largest = [rows, columns].map((count) => 2 * count - filterLength + 2) as [number, number];
  if (Math.min(...largest) < 1) {
    const least = filterLength >> 1;
    throw new Error(
      `${caller}: y: got ${rows} x ${columns} coefficients a band, wanted at least ${least} x ${least} for filters of ${filterLength} taps`,
    );
  }
  if (size === undefined) return largest;
  const fits = [rows, columns].every((count, axis) => coefficientCount(size[axis]!, filterLength) === count);
  if (!fits) {
    throw new Error(
      `${caller}: size: got [${size.join(', ')}], wanted [${largest.join(', ')}] or one less: ` +
        `y has ${rows} x ${columns} coefficients a band and the filters have ${filterLength} taps`,
    );
  }
  return size;
}
