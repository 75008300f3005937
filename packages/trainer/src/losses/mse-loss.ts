import * as tf from '@tensorflow/tfjs-core';
import { defineLoss } from './define-loss.js';
import { requireSameShape, type Loss } from './loss.js';

/** mean (prediction - target)^2 over all elements (`torch.nn.MSELoss`). */
export const mseLoss: Loss = (prediction, target) => {
  requireSameShape('mseLoss', prediction, target);
  return tf.tidy(() => tf.mean(tf.square(tf.sub(prediction, target))));
};

export const mse = defineLoss({ name: 'mse', settings: {}, make: () => mseLoss });
