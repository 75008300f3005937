import * as tf from '@tensorflow/tfjs-core';
import { checkShape } from '@prismamba/core';

/** PyTorch's default. */
export const LAYER_NORM_EPSILON = 1e-5;

export interface LayerNormArgs<T extends tf.Tensor = tf.Tensor> {
  /** Features along the last axis, [..., C]. */
  readonly x: T;
  /** Scale and shift, [C]. */
  readonly gamma: tf.Tensor1D;
  readonly beta: tf.Tensor1D;
  /** Added to the variance; 1e-5 unless stated. */
  readonly epsilon?: number;
}

/**
 * Layer normalisation over the last axis (Ba et al. 2016, as `torch.nn.LayerNorm(C)`):
 *
 *     y = (x - mean) / sqrt(var + epsilon) * gamma + beta     (var is the biased variance)
 *
 * The gradient saves x and gamma only and recomputes the rest.
 *
 * @returns y, the shape of x.
 * @throws Error for a wrong shape.
 */
export function layerNorm<T extends tf.Tensor>(args: LayerNormArgs<T>): T {
  const { x, gamma, beta, epsilon = LAYER_NORM_EPSILON } = args;
  const channels = x.shape[x.rank - 1] ?? 0;
  checkShape('layerNorm', 'x', x, x.shape);
  checkShape('layerNorm', 'gamma', gamma, [channels]);
  checkShape('layerNorm', 'beta', beta, [channels]);
  const withGradient = tf.customGrad((...inputs: (tf.Tensor | tf.GradSaveFunc)[]) => {
    const [input, scale, shift, save] = inputs as [tf.Tensor, tf.Tensor1D, tf.Tensor1D, tf.GradSaveFunc];
    save([input, scale]);
    const { normalised } = normalise(input, epsilon);
    const gradFunc = (dy: tf.Tensor, saved: tf.Tensor[]) => {
      const [source, savedScale] = saved as [tf.Tensor, tf.Tensor1D];
      return layerNormGradient(source, savedScale, dy, epsilon);
    };
    return { value: tf.add(tf.mul(normalised, scale), shift), gradFunc };
  });
  return withGradient(x, gamma, beta) as T;
}

function normalise(x: tf.Tensor, epsilon: number): { normalised: tf.Tensor; inverseDeviation: tf.Tensor } {
  const centred = tf.sub(x, tf.mean(x, -1, true));
  const inverseDeviation = tf.rsqrt(tf.add(tf.mean(tf.square(centred), -1, true), epsilon));
  return { normalised: tf.mul(centred, inverseDeviation), inverseDeviation };
}

function layerNormGradient(x: tf.Tensor, gamma: tf.Tensor1D, dy: tf.Tensor, epsilon: number): tf.Tensor[] {
  return tf.tidy(() => {
    const { normalised, inverseDeviation } = normalise(x, epsilon);
    const leading = x.shape.map((_, axis) => axis).slice(0, -1);
    const g = tf.mul(dy, gamma);
    // dx = 1/sigma (g - mean g - xhat mean(g xhat))
    const along = tf.mul(normalised, tf.mean(tf.mul(g, normalised), -1, true));
    const dx = tf.mul(inverseDeviation, tf.sub(tf.sub(g, tf.mean(g, -1, true)), along));
    // dgamma = sum dy xhat;  dbeta = sum dy
    return [dx, tf.sum(tf.mul(dy, normalised), leading), tf.sum(dy, leading)];
  });
}
