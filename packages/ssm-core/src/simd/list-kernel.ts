import * as tf from '@tensorflow/tfjs-core';
import { releaseAfterGradient } from './release.js';

/** Runs a kernel whose inputs are a list, as TensorFlow.js' own Concat and AddN are (all of them can be saved). */
export function runListKernel<T extends tf.Tensor | readonly tf.Tensor[]>(
  kernel: string,
  inputs: readonly tf.Tensor[],
  attributes: tf.NamedAttrMap = {},
): T {
  return tf.engine().runKernel(kernel, inputs as unknown as tf.NamedTensorMap, attributes) as unknown as T;
}

/**
 * Gradient of a list kernel that saves its inputs and nothing else: the gradient kernel gets the inputs followed by the
 * gradients of the outputs, and returns the gradients of all inputs at once.
 */
export function registerListGradient(kernel: string, gradientKernel: string): void {
  tf.registerGradient({
    kernelName: kernel,
    saveAllInputs: true,
    gradFunc: (dy, saved, attributes) => {
      const upstream = Array.isArray(dy) ? dy : [dy];
      const gradients = runListKernel<tf.Tensor[]>(gradientKernel, [...saved, ...upstream], attributes);
      releaseAfterGradient(upstream, saved);
      return gradients.map((gradient) => () => gradient) as unknown as ReturnType<tf.GradFunc>;
    },
  });
}

/** Registers forward and gradient of a list kernel on a backend. */
export function registerListKernels<Attributes>(
  backendName: string,
  kernels: Readonly<
    Record<
      string,
      (
        backend: unknown,
        inputs: readonly tf.TensorInfo[],
        attributes: Attributes,
      ) => tf.TensorInfo | tf.TensorInfo[]
    >
  >,
): void {
  for (const [kernelName, run] of Object.entries(kernels)) {
    tf.registerKernel({
      kernelName,
      backendName,
      kernelFunc: ({ backend, inputs, attrs }) =>
        run(backend, inputs as unknown as tf.TensorInfo[], attrs as Attributes),
    });
  }
}
