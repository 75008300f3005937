import type * as tf from '@tensorflow/tfjs-core';

/**
 * A scalar that training makes small: (prediction, target), both [B, H, W, bands], and the network's input
 * [B, H, W, 3], which few losses look at, to [].
 */
export type Loss = (prediction: tf.Tensor4D, target: tf.Tensor4D, rgb?: tf.Tensor4D) => tf.Scalar;

/** @throws unless the two have the same shape: broadcasting would hide a wrong number of bands. */
export function requireSameShape(name: string, prediction: tf.Tensor, target: tf.Tensor): void {
  if (prediction.shape.join() !== target.shape.join()) {
    throw new Error(
      `${name}: prediction has shape [${prediction.shape.join(', ')}], target [${target.shape.join(', ')}]; they must be equal`,
    );
  }
}
