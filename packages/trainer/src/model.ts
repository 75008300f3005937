import type * as tf from '@tensorflow/tfjs-core';

/** One weight of a model: what a TensorFlow.js `LayerVariable` offers. */
export interface ModelWeight {
  /** `layer/weight`, unique inside a model and the same in every process; the key in checkpoints. */
  readonly originalName: string;
  readonly shape: readonly (number | null)[];
  /** The variable itself (a `tf.Variable`), not a copy: it must not be disposed. */
  read(): tf.Tensor;
  write(value: tf.Tensor): unknown;
}

/** A layer as the trainer sees it: it may draw random numbers, and it may hold other layers. */
export interface ModelLayer {
  readonly name: string;
  readonly layers?: readonly ModelLayer[];
}

/**
 * What the trainer needs of a network. Any `tf.LayersModel` is one; the trainer never sees a model's file.
 * Input [B, H, W, 3], output [B, H, W, bands], float32.
 */
export interface Model {
  readonly layers: readonly ModelLayer[];
  readonly weights: readonly ModelWeight[];
  readonly trainableWeights: readonly ModelWeight[];
  /** Runs the network; `training` switches drop path and batch statistics on. */
  apply(input: tf.Tensor, options?: { readonly training?: boolean }): unknown;
}

/** `weights` by name. @throws when two weights share a name, because a checkpoint could not tell them apart. */
export function weightsByName(weights: readonly ModelWeight[]): Map<string, ModelWeight> {
  const byName = new Map<string, ModelWeight>();
  for (const weight of weights) {
    if (byName.has(weight.originalName)) {
      throw new Error(
        `weightsByName: two weights are named '${weight.originalName}'; give the layers of the model different names`,
      );
    }
    byName.set(weight.originalName, weight);
  }
  return byName;
}
