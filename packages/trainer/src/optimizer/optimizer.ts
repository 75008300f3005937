import type * as tf from '@tensorflow/tfjs-core';
import type { ModelWeight } from '../model.js';

/** Everything an optimizer remembers, as plain arrays; what a checkpoint keeps. */
export interface OptimizerState {
  /** Steps that each weight has seen, by weight name. */
  readonly steps: Readonly<Record<string, number>>;
  /** Moments, named `<moment>/<weight name>`. */
  readonly moments: ReadonlyMap<string, { readonly shape: readonly number[]; readonly data: Float32Array }>;
}

/**
 * Changes weights in place. It owns its moments (tensors kept between steps) until {@link dispose}; weights and
 * gradients stay the caller's.
 */
export interface Optimizer {
  /**
   * One step. `gradients` is keyed by `originalName`; a weight without a gradient is left alone, as in PyTorch.
   */
  applyGradients(
    weights: readonly ModelWeight[],
    gradients: ReadonlyMap<string, tf.Tensor>,
    learningRate: number,
  ): void;
  state(): Promise<OptimizerState>;
  restore(state: OptimizerState): void;
  dispose(): void;
}
