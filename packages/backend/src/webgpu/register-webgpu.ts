import {
  registerKernels,
  type BackwardKernelCall,
  type ForwardKernelCall,
  type Operator,
  type OperatorKernels,
} from '@prismamba/core/operator';
import * as tf from '@tensorflow/tfjs-core';
import { gpuLimits } from './gpu-limits.js';
import { webgpuFor, webgpuOf, type GpuLimits, type WebgpuBackend } from './webgpu-of.js';

/** The kernels of an operator in WGSL, on the buffers of TensorFlow.js's WebGPU backend. */
export interface WebgpuKernels<I, A, O, K extends string> {
  /** Whether they can run on these inputs under these limits; where they cannot, the composed form runs. True unless stated. */
  readonly supports?: (
    inputs: Parameters<NonNullable<OperatorKernels<I, A, O, K>['supports']>>[0],
    limits: GpuLimits,
    attributes: A,
  ) => boolean;
  readonly forward: (
    gpu: WebgpuBackend,
    call: ForwardKernelCall<I, A>,
  ) => ReturnType<OperatorKernels<I, A, O, K>['forward']>;
  /** Absent where the declaration states the gradient. */
  readonly backward?: (
    gpu: WebgpuBackend,
    call: BackwardKernelCall<I, A, O, K>,
  ) => ReturnType<NonNullable<OperatorKernels<I, A, O, K>['backward']>>;
}

/**
 * Registers an operator's kernels for the WebGPU backend. They queue their shaders where the backend queues its own, which is
 * not public: where the feature test fails the operator runs its composed form.
 */
export function registerWebgpu<I extends object, A extends object, O extends object, K extends string>(
  operator: Operator<I, A, O, K>,
  { supports, forward, backward }: WebgpuKernels<I, A, O, K>,
): void {
  registerKernels(operator, 'webgpu', {
    available: () => webgpuOf(tf.backend()) !== undefined,
    ...(supports === undefined
      ? {}
      : {
          supports: (inputs, attributes) =>
            supports(inputs, gpuLimits(webgpuFor(operator.name, tf.backend())), attributes),
        }),
    forward: (call) => forward(webgpuFor(operator.name, call.backend), call),
    ...(backward === undefined
      ? {}
      : { backward: (call) => backward(webgpuFor(operator.gradientName, call.backend), call) }),
  });
}
