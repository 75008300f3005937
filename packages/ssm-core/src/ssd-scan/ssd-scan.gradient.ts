import * as tf from '@tensorflow/tfjs-core';

export const SSD_SCAN = 'SSDScan';
export const SSD_SCAN_GRADIENT = 'SSDScanGradient';

/** What a backend's kernels receive, by name. `initialStates` is an empty tensor where there are none. */
export const SSD_SCAN_INPUTS = ['x', 'dt', 'A', 'B', 'C', 'D', 'dtBias', 'initialStates'] as const;

export type SsdScanInput = (typeof SSD_SCAN_INPUTS)[number];

export interface SsdScanAttributes {
  readonly dtSoftplus: boolean;
  /** Whether the third output holds the states at the start of the chunks of 64 tokens (else it is empty). */
  readonly saveStates: boolean;
}

/**
 * Saved: the inputs and the states at the start of every chunk of 64 tokens but the first, N/64 floats a channel and
 * token. Everything inside a chunk is computed again. With g_t = dL/dS_t, walked from the last token:
 *
 *   g_t = dy_t C_t^T + exp(A delta_{t+1}) g_{t+1};   dC_t = S_t^T dy_t;   dB_t = delta_t x_t^T g_t
 *   dx_t = delta_t g_t B_t + D dy_t;   s_t = exp(A delta_t) <g_t, S_{t-1}>
 *   ddelta_t = <x_t, g_t B_t> + A s_t;   dA = sum_t delta_t s_t;   dD = sum_t dy_t x_t;   ddt = ddelta softplus'
 */
tf.registerGradient({
  kernelName: SSD_SCAN,
  inputsToSave: [...SSD_SCAN_INPUTS],
  outputsToSave: [false, false, true],
  gradFunc: (dy, saved, attributes) => {
    const upstream = dy as tf.Tensor[];
    const inputs = Object.fromEntries(SSD_SCAN_INPUTS.map((name, i) => [name, saved[i]!]));
    const states = saved[SSD_SCAN_INPUTS.length]!;
    const gradients = tf
      .engine()
      .runKernel(
        SSD_SCAN_GRADIENT,
        { ...inputs, states, dy: upstream[0]!, dFinalStates: upstream[1]! },
        attributes,
      ) as unknown as tf.Tensor[];
    return Object.fromEntries(SSD_SCAN_INPUTS.map((name, i) => [name, () => gradients[i]!]));
  },
});
