import * as tf from '@tensorflow/tfjs-core';

/** `tf.relu` with NaN for NaN: on the WASM backend a vector's NaN becomes 0. Other bits are those of `tf.relu`. */
export function relu(x: tf.Tensor2D): tf.Tensor2D {
  return tf.add(tf.relu(x), tf.mul(x, 0));
}
