import * as tf from '@tensorflow/tfjs-core';
import type { Model } from '../model.js';

/** @throws unless the model answers with one 4-d tensor. */
export function applyModel(model: Model, rgb: tf.Tensor4D, training: boolean): tf.Tensor4D {
  const output = model.apply(rgb, { training });
  if (!(output instanceof tf.Tensor) || output.rank !== 4) {
    throw new TypeError('applyModel: the model must answer with one tensor [B, H, W, bands]');
  }
  return output as tf.Tensor4D;
}
