import * as tf from '@tensorflow/tfjs-core';

export const SHORT_CONV = 'ShortConv';
export const SHORT_CONV_GRADIENT = 'ShortConvGradient';

/** What a backend's kernels receive, by name; the gradient kernel also `dy`. */
export const SHORT_CONV_INPUTS = ['both', 'weight', 'bias'] as const;

/**
 * Saved: the inputs. dv = du SiLU'(v), SiLU'(v) = sigmoid(v) (1 + v (1 - sigmoid(v)));
 * dx_{t-K+1+j} += weight_j dv_t;   dweight_j = sum_t dv_t x_{t-K+1+j};   dbias = sum_t dv_t
 */
tf.registerGradient({
  kernelName: SHORT_CONV,
  inputsToSave: [...SHORT_CONV_INPUTS],
  gradFunc: (dy, saved, attributes) => {
    const inputs = Object.fromEntries(SHORT_CONV_INPUTS.map((name, i) => [name, saved[i]!]));
    const gradients = tf
      .engine()
      .runKernel(
        SHORT_CONV_GRADIENT,
        { ...inputs, dy: dy as tf.Tensor },
        attributes,
      ) as unknown as tf.Tensor[];
    return Object.fromEntries(SHORT_CONV_INPUTS.map((name, i) => [name, () => gradients[i]!]));
  },
});
