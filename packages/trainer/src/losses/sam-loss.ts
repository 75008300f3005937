import * as tf from '@tensorflow/tfjs-core';
import { defineLoss } from './define-loss.js';
import { requireSameShape, type Loss } from './loss.js';

export interface SamLossOptions {
  /**
   * Added to both squared norms, so that a black spectrum has an angle and a gradient; 1e-8 unless stated (a norm of
   * 1e-4).
   */
  readonly epsilon?: number;
}

/** Cosines are kept this far from 1 and -1, where the slope of arccos is infinite; an angle of 0.026 degrees. */
const MARGIN = 1e-7;

/**
 * Mean spectral angle in radians over all pixels: arccos(<p, t> / (|p| |t|)), norms over the bands
 * (Kruse et al., 1993). Scale-free, so it is used beside a loss that sees the brightness.
 */
export function samLoss({ epsilon = 1e-8 }: SamLossOptions = {}): Loss {
  if (!(epsilon > 0)) throw new RangeError(`samLoss: epsilon is ${epsilon}, wanted a number above 0`);
  return (prediction, target) => {
    requireSameShape('samLoss', prediction, target);
    return tf.tidy(() => {
      const dot = (a: tf.Tensor, b: tf.Tensor) => tf.sum(tf.mul(a, b), -1); // [B, H, W]
      const norms = tf.sqrt(
        tf.mul(tf.add(dot(prediction, prediction), epsilon), tf.add(dot(target, target), epsilon)),
      );
      const cosine = tf.div(dot(prediction, target), norms);
      // The WASM backend clips NaN to a number; 0 times the cosine keeps it.
      const clipped = tf.add(tf.clipByValue(cosine, MARGIN - 1, 1 - MARGIN), tf.mul(cosine, 0));
      return tf.mean<tf.Scalar>(tf.acos(clipped));
    });
  };
}

export const sam = defineLoss({ name: 'sam', settings: { epsilon: 'positive' }, make: samLoss });
