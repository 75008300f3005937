import type * as tf from '@tensorflow/tfjs-core';
import type * as tfl from '@tensorflow/tfjs-layers';

/**
 * Frees every weight of a model. `model.dispose()` alone keeps the weights of layers that are applied more than once
 * (TensorFlow.js counts each application as an owner), as in GMSR-Net's shared spatial attention.
 */
export function disposeModel(model: tfl.LayersModel): void {
  const variables = model.weights.map((weight) => weight.read() as tf.Variable);
  model.dispose();
  for (const variable of variables) if (!variable.isDisposed) variable.dispose();
}
