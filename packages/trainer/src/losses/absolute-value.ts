import * as tf from '@tensorflow/tfjs-core';

const gradientOfAbs = tf.customGrad((x, save) => {
  const input = x as tf.Tensor;
  (save as tf.GradSaveFunc)([input]);
  return {
    value: tf.abs(input),
    // d|x|/dx = sign(x), 0 at x = 0; NaN, of which tf.sign makes 0, stays NaN by 0 x
    gradFunc: (dy: tf.Tensor, saved: tf.Tensor[]) =>
      tf.mul(dy, tf.add(tf.sign(saved[0]!), tf.mul(saved[0]!, 0))),
  };
});

/** |x| with the gradient of PyTorch: 0 at x = 0, where that of TensorFlow.js' own `tf.abs` is -1. */
export function absoluteValue<T extends tf.Tensor>(x: T): T {
  return gradientOfAbs(x) as T;
}
