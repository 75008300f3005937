import * as tf from '@tensorflow/tfjs-core';
import type * as tfl from '@tensorflow/tfjs-layers';

/** Loss and gradients of one pass; the caller disposes `input` and every tensor of `weights`. */
export interface LossGradients {
  /** Summed in float64, so that it measures the network and not the order of a float32 sum. */
  readonly loss: number;
  readonly input: tf.Tensor | undefined;
  /** By `layer/weight`; weights that the loss does not depend on are not there. */
  readonly weights: Map<string, tf.Tensor>;
}

/** Mean absolute error, the loss of the golden gradients: mean |y - target|. */
export function meanAbsoluteError(prediction: tf.Tensor, target: tf.Tensor): tf.Scalar {
  return tf.mean(tf.abs(tf.sub(prediction, target)));
}

function mean(values: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += values[i]!;
  return sum / values.length;
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
    let deviations: tf.Tensor | undefined;
    const { value, grads } = tf.variableGrads(() => {
      // An operator of its own, so that the model does not hold (and dispose) the variable itself.
      const prediction = model.apply(tf.mul(input, 1), { training: false }) as tf.Tensor;
      deviations = tf.keep(tf.abs(tf.sub(prediction, target)));
      return meanAbsoluteError(prediction, target);
    }, variables);
    const loss = mean(await deviations!.data());
    tf.dispose([value, deviations!]);
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
