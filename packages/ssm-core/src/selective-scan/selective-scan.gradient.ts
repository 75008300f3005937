import * as tf from '@tensorflow/tfjs-core';

export const SELECTIVE_SCAN = 'SelectiveScan';
export const SELECTIVE_SCAN_GRADIENT = 'SelectiveScanGradient';

/** What a backend's kernels receive, by name. `initialState` is an empty tensor where there is none. */
export const SELECTIVE_SCAN_INPUTS = ['u', 'delta', 'A', 'B', 'C', 'D', 'deltaBias', 'initialState'] as const;

export type SelectiveScanInput = (typeof SELECTIVE_SCAN_INPUTS)[number];

export interface SelectiveScanAttributes {
  readonly deltaSoftplus: boolean;
  readonly reverse: boolean;
  /** Whether the second output is the last state (else it is empty). */
  readonly withLastState: boolean;
  /** Whether the third output holds the states at the start of the chunks of 64 tokens (else it is empty). */
  readonly saveStates: boolean;
}

/**
 * Saved: the inputs and the state at the start of every chunk of 64 tokens but the first, N/64 floats a channel and
 * token. Everything inside a chunk is computed again. With g_t = dL/dh_t, walked from the last token:
 *
 *   g_t = dy_t C_t + exp(delta_{t+1} A) g_{t+1};   dC_t = dy_t h_t;   dB_t = g_t delta_t u_t
 *   du_t = g_t . B_t delta_t + D dy_t;   ddelta_t = g_t . (A exp(delta_t A) h_{t-1} + u_t B_t)
 *   dA = sum_t g_t exp(delta_t A) h_{t-1} delta_t;   dD = sum_t dy_t u_t;   dbias = sum_t ddelta_t softplus'
 */
tf.registerGradient({
  kernelName: SELECTIVE_SCAN,
  inputsToSave: [...SELECTIVE_SCAN_INPUTS],
  outputsToSave: [false, false, true],
  gradFunc: (dy, saved, attributes) => {
    const upstream = dy as tf.Tensor[];
    const inputs = Object.fromEntries(SELECTIVE_SCAN_INPUTS.map((name, i) => [name, saved[i]!]));
    const states = saved[SELECTIVE_SCAN_INPUTS.length]!;
    const gradients = tf
      .engine()
      .runKernel(
        SELECTIVE_SCAN_GRADIENT,
        { ...inputs, states, dy: upstream[0]!, dLastState: upstream[1]! },
        attributes,
      ) as unknown as tf.Tensor[];
    return Object.fromEntries(SELECTIVE_SCAN_INPUTS.map((name, i) => [name, () => gradients[i]!]));
  },
});
