import * as tf from '@tensorflow/tfjs-core';

const INVERSE_SQRT_2 = Math.SQRT1_2;
const INVERSE_SQRT_2PI = 1 / Math.sqrt(2 * Math.PI);

/**
 * GELU in its exact form (Hendrycks and Gimpel 2016; `torch.nn.GELU()`), not the tanh approximation:
 *
 *     y = x Phi(x) = 0.5 x (1 + erf(x / sqrt 2));   dy/dx = Phi(x) + x phi(x)
 *
 * TensorFlow.js's erf has an absolute error of 1.5e-7. The gradient saves x only.
 */
export function gelu<T extends tf.Tensor>(x: T): T {
  const withGradient = tf.customGrad((...inputs: (tf.Tensor | tf.GradSaveFunc)[]) => {
    const [input, save] = inputs as [tf.Tensor, tf.GradSaveFunc];
    save([input]);
    const gradFunc = (dy: tf.Tensor, saved: tf.Tensor[]) => {
      const [source] = saved as [tf.Tensor];
      const density = tf.mul(tf.exp(tf.mul(tf.square(source), -0.5)), INVERSE_SQRT_2PI);
      return tf.mul(dy, tf.add(normalDistribution(source), tf.mul(source, density)));
    };
    return { value: tf.mul(input, normalDistribution(input)), gradFunc };
  });
  return withGradient(x) as T;
}

/** Phi(x), the distribution function of the standard normal. */
function normalDistribution(x: tf.Tensor): tf.Tensor {
  return tf.mul(tf.add(tf.erf(tf.mul(x, INVERSE_SQRT_2)), 1), 0.5);
}
