import * as tf from '@tensorflow/tfjs-core';

/** The sum of all squares, a scalar. */
export function squaredNorm(gradients: ReadonlyMap<string, tf.Tensor>): tf.Scalar {
  return tf.tidy(() => tf.addN([...gradients.values()].map((g) => tf.sum<tf.Scalar>(tf.square(g)))));
}

function requirePositive(maxNorm: number): void {
  if (!(maxNorm > 0)) throw new RangeError(`clipGradients: maxNorm is ${maxNorm}, wanted a number above 0`);
}

/** As {@link clipGradients}, with the norm where it is computed: nothing is read. New tensors. */
export function clipOnDevice(
  gradients: ReadonlyMap<string, tf.Tensor>,
  maxNorm: number,
): Map<string, tf.Tensor> {
  requirePositive(maxNorm);
  const scale = tf.tidy(() => tf.minimum(1, tf.div(maxNorm, tf.add(tf.sqrt(squaredNorm(gradients)), 1e-6))));
  const clipped = new Map([...gradients].map(([name, gradient]) => [name, tf.mul(gradient, scale)]));
  scale.dispose();
  return clipped;
}

/**
 * Scales all gradients by min(1, maxNorm / (norm + 1e-6)), norm = sqrt(sum of all squares)
 * (`torch.nn.utils.clip_grad_norm_`). Returns new tensors and the norm before clipping; the given ones stay the caller's.
 *
 * @param squares The sum of all squares where it is known; else it is read synchronously, which WebGPU cannot do in Node.
 */
export function clipGradients(
  gradients: ReadonlyMap<string, tf.Tensor>,
  maxNorm: number,
  squares?: number,
): { readonly gradients: Map<string, tf.Tensor>; readonly norm: number } {
  requirePositive(maxNorm);
  const norm = Math.sqrt(squares ?? tf.tidy(() => squaredNorm(gradients).dataSync<'float32'>()[0]!));
  const scale = Math.min(1, maxNorm / (norm + 1e-6));
  const clipped = new Map<string, tf.Tensor>();
  for (const [name, gradient] of gradients) clipped.set(name, tf.mul(gradient, scale));
  return { gradients: clipped, norm };
}
