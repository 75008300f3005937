import * as tf from '@tensorflow/tfjs-core';
import { absoluteValue } from './absolute-value.js';
import { defineLoss } from './define-loss.js';
import { requireSameShape, type Loss } from './loss.js';

export interface MraeLossOptions {
  /**
   * Added to the target in the denominator. MST++ trains with 0, which is infinite where a target is 0; GMSR-Net
   * validates with 0.001, the default here.
   */
  readonly epsilon?: number;
}

/** mean |prediction - target| / (target + epsilon), the training loss of MST++ (NTIRE 2022). */
export function mraeLoss({ epsilon = 1e-3 }: MraeLossOptions = {}): Loss {
  return (prediction, target) => {
    requireSameShape('mraeLoss', prediction, target);
    return tf.tidy(() => tf.mean(tf.div(absoluteValue(tf.sub(prediction, target)), tf.add(target, epsilon))));
  };
}

export const mrae = defineLoss({ name: 'mrae', settings: { epsilon: 'positive' }, make: mraeLoss });
