import * as tf from '@tensorflow/tfjs-core';

/**
 * Scales all gradients by min(1, maxNorm / (norm + 1e-6)), norm = sqrt(sum of all squares)
 * (`torch.nn.utils.clip_grad_norm_`). Returns new tensors and the norm before clipping; the given ones stay the caller's.
 */
export function clipGradients(
  gradients: ReadonlyMap<string, tf.Tensor>,
  maxNorm: number,
): { readonly gradients: Map<string, tf.Tensor>; readonly norm: number } {
  if (!(maxNorm > 0)) throw new RangeError(`clipGradients: maxNorm is ${maxNorm}, wanted a number above 0`);
  const norm = tf.tidy(() => {
    const squares = [...gradients.values()].map((g) => tf.sum(tf.square(g)));
    return Math.sqrt(tf.addN(squares).dataSync<'float32'>()[0]!);
  });
  const scale = Math.min(1, maxNorm / (norm + 1e-6));
  const clipped = new Map<string, tf.Tensor>();
  for (const [name, gradient] of gradients) clipped.set(name, tf.mul(gradient, scale));
  return { gradients: clipped, norm };
}
