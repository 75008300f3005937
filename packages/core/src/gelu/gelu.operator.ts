import * as tf from '@tensorflow/tfjs-core';
import { defineOperator } from '../operator/define-operator.js';

export interface GeluInputs {
  /** Any shape, float32. */
  readonly x: tf.Tensor;
}

/** Saved: x. dx = dy (Phi(x) + x phi(x)). */
export const geluOperator = /* @__PURE__ */ defineOperator({
  name: 'PrismambaGelu',
  inputs: { x: 'required' },
  attributes: {},
  outputs: ['y'],
  kernels: { wasm: '@prismamba/backend/wasm' },
  saved: { inputs: 'all' },
  composed: ({ x }: GeluInputs): { y: tf.Tensor } => ({ y: composed(x) }),
});

function composed(x: tf.Tensor): tf.Tensor {
  // By its formula: TensorFlow.js's own gradient of the product would keep three more tensors.
  return tf.customGrad((...inputs: (tf.Tensor | tf.GradSaveFunc)[]) => {
    const [input, save] = inputs as [tf.Tensor, tf.GradSaveFunc];
    save([input]);
    const gradFunc = (dy: tf.Tensor, saved: tf.Tensor[]): tf.Tensor => {
      const source = saved[0]!;
      const density = tf.mul(tf.exp(tf.mul(tf.square(source), -0.5)), 1 / Math.sqrt(2 * Math.PI));
      return tf.mul(dy, tf.add(normalDistribution(source), tf.mul(source, density)));
    };
    return { value: tf.mul(input, normalDistribution(input)), gradFunc };
  })(x);
}

/** Phi(x) = (1 + erf(x / sqrt 2)) / 2 */
function normalDistribution(x: tf.Tensor): tf.Tensor {
  return tf.mul(tf.add(tf.erf(tf.mul(x, Math.SQRT1_2)), 1), 0.5);
}
