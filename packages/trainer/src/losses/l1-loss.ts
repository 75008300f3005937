import * as tf from '@tensorflow/tfjs-core';
import { absoluteValue } from './absolute-value.js';
import { defineLoss } from './define-loss.js';
import { requireSameShape, type Loss } from './loss.js';

/**
 * mean |prediction - target| over all elements (GMSR-Net eq. 7; `torch.nn.L1Loss`). Its gradient at a difference of
 * exactly 0 is 0, as in PyTorch.
 */
export const l1Loss: Loss = (prediction, target) => {
  requireSameShape('l1Loss', prediction, target);
  return tf.tidy(() => tf.mean(absoluteValue(tf.sub(prediction, target))));
};

export const l1 = defineLoss({ name: 'l1', settings: {}, make: () => l1Loss });
