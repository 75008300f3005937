import * as tf from '@tensorflow/tfjs-core';

/**
 * Largest value of the whole tensor, a scalar. Elements that tie share the gradient equally, as
 * `torch.max(x)` does (TensorFlow.js's own `max` gives the full gradient to each of them).
 */
export function globalMax<T extends tf.Tensor>(x: T): tf.Scalar {
  const withGradient = tf.customGrad((...inputs: (tf.Tensor | tf.GradSaveFunc)[]) => {
    const [input, save] = inputs as [tf.Tensor, tf.GradSaveFunc];
    const value = tf.max(input);
    save([input, value]);
    const gradFunc = (dy: tf.Tensor, saved: tf.Tensor[]) => {
      const [source, top] = saved as [tf.Tensor, tf.Tensor];
      const ties = tf.cast(tf.equal(source, top), 'float32');
      // d max / d x_i = 1/#ties where x_i is the maximum
      return tf.mul(ties, tf.div(dy, tf.sum(ties)));
    };
    return { value, gradFunc };
  });
  return withGradient(x) as tf.Scalar;
}

/** Smallest value of the whole tensor; see {@link globalMax}. */
export function globalMin<T extends tf.Tensor>(x: T): tf.Scalar {
  return tf.neg(globalMax(tf.neg(x)));
}

/**
 * Largest value along the last axis, which is removed. The gradient goes to one element, the first that holds
 * the maximum, as `torch.max(x, dim)` and PyTorch's max pooling do.
 */
export function maxAlongLastAxis(x: tf.Tensor): tf.Tensor {
  const withGradient = tf.customGrad((...inputs: (tf.Tensor | tf.GradSaveFunc)[]) => {
    const [input, save] = inputs as [tf.Tensor, tf.GradSaveFunc];
    const value = tf.max(input, -1);
    save([input]);
    const gradFunc = (dy: tf.Tensor, saved: tf.Tensor[]) => {
      const [source] = saved as [tf.Tensor];
      const depth = source.shape[source.rank - 1]!;
      // The only element is the maximum, and oneHot wants two.
      if (depth === 1) return tf.expandDims(dy, -1);
      // int32: the WASM backend writes integer bits into a float32 oneHot.
      const chosen = tf.oneHot(tf.argMax(source, -1), depth, 1, 0, 'int32');
      return tf.mul(tf.cast(chosen, 'float32'), tf.expandDims(dy, -1));
    };
    return { value, gradFunc };
  });
  return withGradient(x);
}
