import * as tf from '@tensorflow/tfjs-core';
import { requireSameShape, type Loss } from './loss.js';

/** Value of a loss and its gradient by the prediction, from values in the host's memory: all arrays [B, H, W, bands], flat. */
export type HostComputation = (
  prediction: Float32Array,
  target: Float32Array,
  shape: readonly [number, number, number, number],
) => { readonly value: number; readonly gradient: Float32Array };

/**
 * A loss that the host computes, because no TensorFlow.js operator does. Called as any loss it reads its inputs synchronously,
 * which WebGPU in Node cannot; there a training step asks `onHost` (`train/host-terms.ts`).
 */
export interface HostLoss extends Loss {
  readonly onHost: HostComputation;
}

export function isHostLoss(loss: Loss): loss is HostLoss {
  return 'onHost' in loss;
}

/** Makes a loss of what the host computes. The error of unequal shapes has its `name`. */
export function hostLoss(name: string, onHost: HostComputation): HostLoss {
  const loss: Loss = (prediction, target) => {
    requireSameShape(name, prediction, target);
    const withGradient = tf.customGrad((...inputs: (tf.Tensor | tf.GradSaveFunc)[]) => {
      const input = inputs[0] as tf.Tensor4D;
      const { value, gradient } = onHost(
        input.dataSync<'float32'>(),
        target.dataSync<'float32'>(),
        input.shape,
      );
      return {
        value: tf.scalar(value),
        gradFunc: (dy: tf.Tensor) => tf.mul(dy, tf.tensor4d(gradient, input.shape)),
      };
    });
    return withGradient(prediction) as tf.Scalar;
  };
  return Object.assign(loss, { onHost });
}
