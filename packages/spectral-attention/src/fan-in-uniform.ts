import * as tf from '@tensorflow/tfjs-core';

/**
 * PyTorch's default for convolutions and linear layers, uniform in +-1/sqrt(fan_in), as these layers have always drawn it:
 * with TensorFlow.js's generator, from the seed and the weight's name alone.
 */
export function fanInUniform(fanIn: number, seed: number, name: string) {
  const bound = 1 / Math.sqrt(fanIn);
  return (shape: readonly number[]): tf.Tensor =>
    tf.randomUniform([...shape], -bound, bound, 'float32', `${seed}/${name}`);
}
