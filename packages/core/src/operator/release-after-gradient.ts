import * as tf from '@tensorflow/tfjs-core';

/**
 * Frees what a gradient function got and nobody needs after it: its saved tensors and the gradients of its outputs.
 * TensorFlow.js keeps both until the whole backward pass has ended, which doubles the memory of a training step.
 *
 * Gradients that TensorFlow.js did not make itself in this backward pass (the caller's own `dy`) are left alone, and
 * nothing is freed inside another gradient, which may come back for it.
 */
export function releaseAfterGradient(upstream: readonly tf.Tensor[], saved: readonly tf.Tensor[]): void {
  const { state } = tf.engine();
  if (state.gradientDepth > 0) return;
  for (const tensor of saved) tensor.dispose();
  for (const dy of upstream) if (dy.scopeId === state.activeScope.id) dy.dispose();
}
