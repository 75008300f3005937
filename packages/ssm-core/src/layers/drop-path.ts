import * as tf from '@tensorflow/tfjs-core';

/** y times one factor a sample (drop path). The gradient keeps the factors, not y. */
export function scaleSamples(y: tf.Tensor4D, factors: Float32Array): tf.Tensor4D {
  const column = tf.tensor4d(factors, [factors.length, 1, 1, 1]);
  const withGradient = tf.customGrad((...inputs: (tf.Tensor | tf.GradSaveFunc)[]) => {
    const [values, save] = inputs as [tf.Tensor, tf.GradSaveFunc];
    save([column]);
    const gradFunc = (dy: tf.Tensor, saved: tf.Tensor[]) => tf.mul(dy, saved[0]!);
    return { value: tf.mul(values, column), gradFunc };
  });
  return withGradient(y) as tf.Tensor4D;
}
