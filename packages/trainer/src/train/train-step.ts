import * as tf from '@tensorflow/tfjs-core';
import type { Batch } from '../batches/batch-source.js';
import type { Loss } from '../losses/loss.js';
import type { Model, ModelWeight } from '../model.js';
import { clipGradients } from '../optimizer/clip-gradients.js';
import type { Optimizer } from '../optimizer/optimizer.js';

export interface LossAndGradients {
  readonly loss: tf.Scalar;
  /** By `originalName`; weights that the output does not depend on are absent. */
  readonly gradients: Map<string, tf.Tensor>;
}

/** @throws unless the model answers with one 4-d tensor. */
export function applyModel(model: Model, rgb: tf.Tensor4D, training: boolean): tf.Tensor4D {
  const output = model.apply(rgb, { training });
  if (!(output instanceof tf.Tensor) || output.rank !== 4) {
    throw new TypeError('applyModel: the model must answer with one tensor [B, H, W, bands]');
  }
  return output as tf.Tensor4D;
}

/** Loss and gradients of one batch; the tensors become the caller's. */
export function lossAndGradients(
  model: Model,
  loss: Loss,
  batch: { readonly rgb: tf.Tensor4D; readonly cube: tf.Tensor4D },
  training = true,
): LossAndGradients {
  const nameOf = new Map<string, ModelWeight>();
  const variables = model.trainableWeights.map((weight) => {
    const variable = weight.read();
    if (!(variable instanceof tf.Variable)) {
      throw new TypeError(`lossAndGradients: weight '${weight.originalName}' is not backed by a tf.Variable`);
    }
    nameOf.set(variable.name, weight);
    return variable;
  });
  const { value, grads } = tf.variableGrads(
    () => loss(applyModel(model, batch.rgb, training), batch.cube),
    variables,
  );
  const gradients = new Map<string, tf.Tensor>();
  for (const [name, gradient] of Object.entries(grads)) {
    // TensorFlow.js gives null, against its types, for a variable that the loss does not depend on.
    if ((gradient as tf.Tensor | null) !== null) gradients.set(nameOf.get(name)!.originalName, gradient);
  }
  return { loss: value, gradients };
}

export interface TrainStepOptions {
  readonly model: Model;
  readonly loss: Loss;
  readonly optimizer: Optimizer;
  readonly batch: Batch;
  readonly learningRate: number;
  /** Largest global norm of the gradients; none unless given. */
  readonly clipNorm?: number | undefined;
}

/** One step: forward, backward, update. Returns the loss before the update; weights are untouched if it is not finite. */
export async function trainStep(options: TrainStepOptions): Promise<number> {
  const { model, loss, optimizer, batch, learningRate, clipNorm } = options;
  const { size, height, width, bands } = batch;
  const rgb = tf.tensor4d(batch.rgb, [size, height, width, 3]);
  const cube = tf.tensor4d(batch.cube, [size, height, width, bands]);
  const result = lossAndGradients(model, loss, { rgb, cube });
  const value = (await result.loss.data<'float32'>())[0]!;
  if (Number.isFinite(value)) {
    if (clipNorm === undefined)
      optimizer.applyGradients(model.trainableWeights, result.gradients, learningRate);
    else {
      const clipped = clipGradients(result.gradients, clipNorm);
      optimizer.applyGradients(model.trainableWeights, clipped.gradients, learningRate);
      tf.dispose([...clipped.gradients.values()]);
    }
  }
  tf.dispose([rgb, cube, result.loss, ...result.gradients.values()]);
  return value;
}
