import * as tf from '@tensorflow/tfjs-core';
import { defineLoss } from './define-loss.js';
import { requireSameShape, type Loss } from './loss.js';

export interface CharbonnierLossOptions {
  /** Where the loss turns from quadratic to linear, in the unit of the cube; 1e-3 unless stated. */
  readonly epsilon?: number;
}

/** mean sqrt((prediction - target)^2 + epsilon^2) (Charbonnier et al., 1994; Lai et al., LapSRN, 2017). */
export function charbonnierLoss({ epsilon = 1e-3 }: CharbonnierLossOptions = {}): Loss {
  if (!(epsilon > 0)) throw new RangeError(`charbonnierLoss: epsilon is ${epsilon}, wanted a number above 0`);
  return (prediction, target) => {
    requireSameShape('charbonnierLoss', prediction, target);
    return tf.tidy(() => tf.mean(tf.sqrt(tf.add(tf.square(tf.sub(prediction, target)), epsilon * epsilon))));
  };
}

export const charbonnier = defineLoss({
  name: 'charbonnier',
  settings: { epsilon: 'positive' },
  make: charbonnierLoss,
});
