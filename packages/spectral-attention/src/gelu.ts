import * as tf from '@tensorflow/tfjs-core';

/**
 * GELU in its exact form (`torch.nn.GELU()`): y = x Phi(x) = 0.5 x (1 + erf(x / sqrt 2)), with
 * dy/dx = Phi(x) + x phi(x). The gradient saves x only.
 */
export function gelu(x: tf.Tensor4D): tf.Tensor4D {
  const withGradient = tf.customGrad((...inputs: (tf.Tensor | tf.GradSaveFunc)[]) => {
    const [input, save] = inputs as [tf.Tensor, tf.GradSaveFunc];
    save([input]);
    const gradFunc = (dy: tf.Tensor, saved: tf.Tensor[]) => {
      const source = saved[0]!;
      const density = tf.mul(tf.exp(tf.mul(tf.square(source), -0.5)), 1 / Math.sqrt(2 * Math.PI));
      return tf.mul(dy, tf.add(normalDistribution(source), tf.mul(source, density)));
    };
    return { value: tf.mul(input, normalDistribution(input)), gradFunc };
  });
  return withGradient(x) as tf.Tensor4D;
}

/** Phi(x) = (1 + erf(x / sqrt 2)) / 2 */
function normalDistribution(x: tf.Tensor): tf.Tensor {
  return tf.mul(tf.add(tf.erf(tf.mul(x, Math.SQRT1_2)), 1), 0.5);
}
