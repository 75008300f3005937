import * as tf from '@tensorflow/tfjs-core';

/**
 * TensorFlow.js forgets the outer tape when a gradient is taken inside a gradient function (its depth counter is
 * back at 0 by then): kept aside here while `body` takes gradients of its own.
 */
function withOwnTape<T>(body: () => T): T {
  const { state } = tf.engine();
  const outer = state.activeTape;
  try {
    return body();
  } finally {
    state.activeTape = outer;
  }
}

/**
 * Gradient checkpointing (Chen et al., arXiv 1604.06174): `f(inputs)` whose backward pass keeps only the inputs
 * and computes f once more. It trades one forward pass for all tensors in between.
 *
 * `f` must be made of differentiable operators, depend on nothing but its inputs that needs a gradient, and give
 * the same result each time.
 *
 * @param inputs tensors that f depends on, weights included.
 * @returns f(inputs).
 */
export function recompute<T extends tf.Tensor>(
  f: (...inputs: tf.Tensor[]) => T,
  inputs: readonly tf.Tensor[],
): T {
  const withGradient = tf.customGrad((...args: (tf.Tensor | tf.GradSaveFunc)[]) => {
    const save = args[args.length - 1] as tf.GradSaveFunc;
    const values = args.slice(0, -1) as tf.Tensor[];
    save(values);
    const gradFunc = (dy: tf.Tensor, saved: tf.Tensor[]): tf.Tensor[] =>
      withOwnTape(() => tf.grads((...again) => f(...again))(saved, dy));
    return { value: tf.tidy(() => f(...values)), gradFunc };
  });
  return withGradient(...inputs);
}

/** {@link recompute} of a function of one input and a table of weights. */
export function recomputeWithWeights<X extends tf.Tensor, W extends object, T extends tf.Tensor>(
  f: (x: X, weights: W) => T,
  x: X,
  weights: W,
): T {
  const names = Object.keys(weights);
  const values = Object.values(weights) as tf.Tensor[];
  return recompute(
    (input, ...again) => f(input as X, Object.fromEntries(names.map((name, i) => [name, again[i]!])) as W),
    [x, ...values],
  );
}
