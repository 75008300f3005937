import * as tf from '@tensorflow/tfjs-core';

/** The values of what `make` returns, all else that it made freed; read as WebGPU can, which has no synchronous reads in Node. */
export async function valuesOf(make: () => tf.Tensor[]): Promise<Float32Array[]> {
  const tensors = tf.tidy(make);
  const values: Float32Array[] = [];
  for (const tensor of tensors) values.push(await tensor.data<'float32'>());
  tf.dispose(tensors);
  return values;
}
