import * as tf from '@tensorflow/tfjs-core';
import type { Batch } from '../batches/batch-source.js';
import type { Loss } from '../losses/loss.js';
import type { Model } from '../model.js';
import { watchLayers } from '../model-layers.js';
import { lossAndGradients } from './train-step.js';

/** The first value that is not finite, in the order of computing: forward, then backward. */
export interface Anomaly {
  /** The layer, or undefined where the loss itself is the first. */
  readonly layer: string | undefined;
  readonly what: 'weight' | 'output' | 'loss' | 'gradient of the output' | 'gradient of a weight';
  /** The weight, where it is one. */
  readonly weight?: string;
  readonly nan: number;
  readonly infinite: number;
  readonly of: number;
}

/** Counts what is not finite. */
function count(tensor: tf.Tensor): Pick<Anomaly, 'nan' | 'infinite' | 'of'> | undefined {
  const values = tensor.dataSync();
  let [nan, infinite] = [0, 0];
  for (const value of values) {
    if (Number.isNaN(value)) nan += 1;
    else if (!Number.isFinite(value)) infinite += 1;
  }
  return nan + infinite === 0 ? undefined : { nan, infinite, of: values.length };
}

/**
 * Runs a batch forward and backward and looks at every layer, in the order of computing. Slow (every value is read);
 * for a step that is known to have gone wrong. Random layers draw what they drew last, so call it before the next
 * `setRandomState`. Nothing of the model is changed.
 *
 * @returns the first anomaly, or undefined where everything is finite.
 */
export async function findAnomaly(model: Model, loss: Loss, batch: Batch): Promise<Anomaly | undefined> {
  for (const weight of model.weights) {
    const found = count(weight.read());
    const name = weight.originalName;
    if (found !== undefined) return { layer: name.split('/')[0], what: 'weight', weight: name, ...found };
  }
  let anomaly: Anomaly | undefined;
  const watch = (layer: string, tensor: tf.Tensor): tf.Tensor => {
    const found = anomaly === undefined ? count(tensor) : undefined;
    if (found !== undefined) anomaly = { layer, what: 'output', ...found };
    const identity = tf.customGrad((x) => ({
      value: tf.clone(x as tf.Tensor),
      gradFunc: (dy: tf.Tensor) => {
        const bad = anomaly === undefined ? count(dy) : undefined;
        if (bad !== undefined) anomaly = { layer, what: 'gradient of the output', ...bad };
        return tf.clone(dy);
      },
    }));
    return identity(tensor);
  };
  const { size, height, width, bands } = batch;
  const rgb = tf.tensor4d(batch.rgb, [size, height, width, 3]);
  const cube = tf.tensor4d(batch.cube, [size, height, width, bands]);
  const pass = () => {
    const result = lossAndGradients(
      model,
      (prediction, target, input) => {
        const value = loss(prediction, target, input);
        const found = anomaly === undefined ? count(value) : undefined;
        if (found !== undefined) anomaly = { layer: undefined, what: 'loss', ...found };
        return value;
      },
      { rgb, cube },
    );
    for (const [name, gradient] of result.gradients) {
      const found = anomaly === undefined ? count(gradient) : undefined;
      if (found !== undefined)
        anomaly = { layer: name.split('/')[0], what: 'gradient of a weight', weight: name, ...found };
    }
    tf.dispose([result.loss, ...result.gradients.values()]);
  };
  try {
    await watchLayers(
      model.layers,
      (name, call) => {
        const output = call();
        return Array.isArray(output) ? output.map((tensor) => watch(name, tensor)) : watch(name, output);
      },
      pass,
    );
  } finally {
    tf.dispose([rgb, cube]);
  }
  return anomaly;
}

/** One sentence. */
export function describeAnomaly({ layer, what, weight, nan, infinite, of }: Anomaly): string {
  const values = `${nan} NaN and ${infinite} infinite of ${of} values`;
  if (what === 'loss')
    return `the first value that is not finite is the loss itself (every layer's output is finite)`;
  if (weight !== undefined) return `the first values that are not finite: ${what} '${weight}' (${values})`;
  return `the first values that are not finite: ${what} of layer '${layer}' (${values})`;
}
