import * as tf from '@tensorflow/tfjs-core';
import { checkShape } from '@prismamba/core';
import { haarDwtComposed, haarIdwtComposed } from './haar-dwt.composed.js';

/**
 * One level of the two-dimensional Haar transform. For a 2x2 cell a, b (top), c, e (bottom)
 *
 *     LL = (a+b+c+e)/2,  LH = (a+b-c-e)/2,  HL = (a-b+c-e)/2,  HH = (a-b-c+e)/2
 *
 * with the signs and the band order of pytorch_wavelets (M3SR, arXiv 2601.08293): LH is low along the width and
 * high along the height. An odd row or column meets a zero. The transform is orthonormal, so the gradient is the
 * inverse: dx = {@link haarIdwt}(dy).
 *
 * @param x [B, H, W, C].
 * @returns [B, ceil(H/2), ceil(W/2), 4C], band-major: C channels of LL, then of LH, HL, HH.
 */
export function haarDwt(x: tf.Tensor4D): tf.Tensor4D {
  checkShape('haarDwt', 'x', x, ['B', 'H', 'W', 'C']);
  const [, height, width] = x.shape;
  const withGradient = tf.customGrad((...inputs: (tf.Tensor | tf.GradSaveFunc)[]) => ({
    value: haarDwtComposed(inputs[0] as tf.Tensor4D),
    gradFunc: (dy: tf.Tensor) => haarIdwtComposed(dy as tf.Tensor4D, [height, width]),
  }));
  return withGradient(x) as tf.Tensor4D;
}

/**
 * The inverse of {@link haarDwt}: a = (LL+LH+HL+HH)/2, b = (LL+LH-HL-HH)/2, c = (LL-LH+HL-HH)/2,
 * e = (LL-LH-HL+HH)/2. Its gradient is the transform: dy = {@link haarDwt}(dx).
 *
 * @param y [B, H', W', 4C], band-major LL, LH, HL, HH.
 * @param size height and width to restore: 2H' or 2H' - 1, and 2W' or 2W' - 1; [2H', 2W'] unless stated.
 * @returns [B, H, W, C].
 * @throws Error when the channels are no multiple of 4, or `size` does not belong to `y`.
 */
export function haarIdwt(y: tf.Tensor4D, size?: readonly [height: number, width: number]): tf.Tensor4D {
  checkShape('haarIdwt', 'y', y, ['B', "H'", "W'", '4C']);
  const [, rows, columns, channels] = y.shape;
  if (channels % 4 !== 0) {
    throw new Error(
      `haarIdwt: y: got ${channels} channels, wanted a multiple of 4 (the bands LL, LH, HL, HH)`,
    );
  }
  const [height, width] = size ?? [2 * rows, 2 * columns];
  if (Math.ceil(height / 2) !== rows || Math.ceil(width / 2) !== columns) {
    throw new Error(
      `haarIdwt: size: got [${height}, ${width}], wanted [${2 * rows}, ${2 * columns}] or one less on either axis`,
    );
  }
  const withGradient = tf.customGrad((...inputs: (tf.Tensor | tf.GradSaveFunc)[]) => ({
    value: haarIdwtComposed(inputs[0] as tf.Tensor4D, [height, width]),
    gradFunc: (dx: tf.Tensor) => haarDwtComposed(dx as tf.Tensor4D),
  }));
  return withGradient(y) as tf.Tensor4D;
}
