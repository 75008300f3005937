import * as tf from '@tensorflow/tfjs-core';
import type * as tfl from '@tensorflow/tfjs-layers';

/** Loss and gradients of one pass; the caller disposes `input` and every tensor of `weights`. */
export interface LossGradients {
  readonly loss: number;
  readonly input: tf.Tensor | undefined;
  /** By `layer/weight`; weights that the loss does not depend on are not there. */
  readonly weights: Map<string, tf.Tensor>;
}

/** Mean absolute error, the loss of the golden gradients: mean |y - target|. */
export function meanAbsoluteError(prediction: tf.Tensor, target: tf.Tensor): tf.Scalar {
  return tf.mean(tf.abs(tf.sub(prediction, target)));
}

/**
 * Gradients of mean |model(x) - target| with respect to the input and to every trainable weight, in evaluation
 * mode (no drop path, running statistics).
 */
export async function lossGradients(
  model: tfl.LayersModel,
  x: tf.Tensor,
  target: tf.Tensor,
): Promise<LossGradients> {
  const input = tf.variable(x, true);
  try {
    const byVariable = new Map<string, string>();
    const variables: tf.Variable[] = [input];
    for (const weight of model.trainableWeights) {
      const variable = weight.read() as tf.Variable;
      byVariable.set(variable.name, weight.originalName);
      variables.push(variable);
    }
    const { value, grads } = tf.variableGrads(() => {
      // An operator of its own, so that the model does not hold (and dispose) the variable itself.
      const prediction = model.apply(tf.mul(input, 1), { training: false }) as tf.Tensor;
      return meanAbsoluteError(prediction, target);
    }, variables);
    const loss = (await value.data())[0]!;
    value.dispose();
    const weights = new Map<string, tf.Tensor>();
    for (const [name, gradient] of Object.entries(grads)) {
      const ours = byVariable.get(name);
      if (ours !== undefined && gradient !== null) weights.set(ours, gradient);
    }
    return { loss, input: grads[input.name], weights };
  } finally {
    input.dispose();
  }
}
