import * as tf from '@tensorflow/tfjs-core';

export const SHORT_SCAN = 'ShortScan';
export const SHORT_SCAN_GRADIENT = 'ShortScanGradient';

/** What a backend's kernels receive, by name; the gradient kernel also `dy`. */
export const SHORT_SCAN_INPUTS = ['u', 'step', 'both', 'projected', 'A', 'bias', 'skip'] as const;

export type ShortScanInputs = Record<(typeof SHORT_SCAN_INPUTS)[number], tf.Tensor>;

/**
 * Saved: the inputs. With g_t = dL/dh_t walked from a sequence's last token, y' the ungated output and dy' = dy SiLU(z):
 *
 *   g_t = dy'_t C_t + exp(delta_{t+1} A) g_{t+1};   dC_t = sum_d dy'_t h_t;   dB_t = sum_d g_t delta_t u_t
 *   du_t = g_t . B_t delta_t + skip dy'_t;   ddelta_t = g_t . (A exp(delta_t A) h_{t-1} + u_t B_t)
 *   dz_t = dy_t y'_t SiLU'(z_t);   dA = sum_t g_t exp(delta_t A) h_{t-1} delta_t
 */
tf.registerGradient({
  kernelName: SHORT_SCAN,
  inputsToSave: [...SHORT_SCAN_INPUTS],
  gradFunc: (dy, saved, attributes) => {
    const inputs = Object.fromEntries(SHORT_SCAN_INPUTS.map((name, i) => [name, saved[i]!]));
    const gradients = tf
      .engine()
      .runKernel(
        SHORT_SCAN_GRADIENT,
        { ...inputs, dy: dy as tf.Tensor },
        attributes,
      ) as unknown as tf.Tensor[];
    return Object.fromEntries(SHORT_SCAN_INPUTS.map((name, i) => [name, () => gradients[i]!]));
  },
});
