import * as tf from '@tensorflow/tfjs-core';

/** The kernels of @prismamba/backend, where it was imported and serves the current backend. */
const kernels = { value: 'PrismambaGelu', gradient: 'PrismambaGeluGrad' } as const;
const hasKernels = (): boolean => tf.getKernel(kernels.value, tf.getBackend()) !== undefined;

/**
 * GELU in its exact form (`torch.nn.GELU()`): y = x Phi(x) = 0.5 x (1 + erf(x / sqrt 2)), with
 * dy/dx = Phi(x) + x phi(x). The gradient saves x only.
 */
export function gelu(x: tf.Tensor4D): tf.Tensor4D {
  const withGradient = tf.customGrad((...inputs: (tf.Tensor | tf.GradSaveFunc)[]) => {
    const [input, save] = inputs as [tf.Tensor, tf.GradSaveFunc];
    save([input]);
    const gradFunc = (dy: tf.Tensor, saved: tf.Tensor[]) => gradient(saved[0]!, dy);
    return { value: value(input), gradFunc };
  });
  return withGradient(x) as tf.Tensor4D;
}

function value(x: tf.Tensor): tf.Tensor {
  if (hasKernels()) return tf.engine().runKernel(kernels.value, { x });
  return tf.mul(x, normalDistribution(x));
}

function gradient(x: tf.Tensor, dy: tf.Tensor): tf.Tensor {
  if (hasKernels()) return tf.engine().runKernel(kernels.gradient, { x, dy });
  const density = tf.mul(tf.exp(tf.mul(tf.square(x), -0.5)), 1 / Math.sqrt(2 * Math.PI));
  return tf.mul(dy, tf.add(normalDistribution(x), tf.mul(x, density)));
}

/** Phi(x) = (1 + erf(x / sqrt 2)) / 2 */
function normalDistribution(x: tf.Tensor): tf.Tensor {
  return tf.mul(tf.add(tf.erf(tf.mul(x, Math.SQRT1_2)), 1), 0.5);
}
