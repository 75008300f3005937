import type { Tensor } from '@tensorflow/tfjs-core';
import { geluOperator } from './gelu.operator.js';

/**
 * GELU in its exact form (Hendrycks and Gimpel 2016; `torch.nn.GELU()`), not the tanh approximation:
 *
 *     y = x Phi(x) = 0.5 x (1 + erf(x / sqrt 2));   dy/dx = Phi(x) + x phi(x)
 *
 * with Phi and phi the distribution and the density of the standard normal. The gradient saves x only. The absolute error
 * of erf is 1.5e-7 in TensorFlow.js and in the SIMD kernel, which `@prismamba/backend` brings with the WASM backend.
 *
 * @param x float32, any shape.
 * @returns y, the shape of x.
 */
export function gelu<T extends Tensor>(x: T): T {
  return geluOperator.run({ x }).y as T;
}
