import * as tf from '@tensorflow/tfjs-core';

export const CAUSAL_CONV1D = 'CausalConv1D';
export const CAUSAL_CONV1D_GRADIENT = 'CausalConv1DGradient';

export const CAUSAL_CONV1D_INPUTS = ['x', 'weight', 'bias'] as const;

/**
 * Saved: x and the weights.
 *
 *   dx_s = sum_j w_j dy_{s+K-1-j};   dw_j = sum_t dy_t x_{t-K+1+j};   dbias = sum_t dy_t
 */
tf.registerGradient({
  kernelName: CAUSAL_CONV1D,
  inputsToSave: ['x', 'weight'],
  gradFunc: (dy, saved) => {
    const [x, weight] = saved as [tf.Tensor, tf.Tensor];
    const gradients = tf
      .engine()
      .runKernel(CAUSAL_CONV1D_GRADIENT, { x, weight, dy: dy as tf.Tensor }) as unknown as tf.Tensor[];
    return Object.fromEntries(CAUSAL_CONV1D_INPUTS.map((name, i) => [name, () => gradients[i]!]));
  },
});
