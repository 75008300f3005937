import { nearestNames } from '@prismamba/core';
import * as tf from '@tensorflow/tfjs-core';
import type * as tfl from '@tensorflow/tfjs-layers';
import { ourShape, toOfficialLayout, toOurLayout } from './layout.js';
import { sizeOf, type StateEntry } from './state-entry.js';

/** Weights of a model by `layer/weight`. */
export function modelWeights(model: tfl.LayersModel): Map<string, tf.Variable> {
  const weights = new Map<string, tf.Variable>();
  for (const weight of model.weights) weights.set(weight.originalName, weight.read() as tf.Variable);
  return weights;
}

/**
 * The variable of each entry that we keep (aliases included).
 *
 * @throws when entries and model do not describe the same network: an entry without its weight, a weight of
 * another shape, or a weight that no entry names.
 */
export function entryVariables(
  model: tfl.LayersModel,
  entries: readonly StateEntry[],
): Map<StateEntry, tf.Variable> {
  const weights = modelWeights(model);
  const named = new Set<string>();
  const result = new Map<StateEntry, tf.Variable>();
  for (const entry of entries) {
    if (entry.ours === undefined) continue;
    const variable = weights.get(entry.ours);
    if (variable === undefined) {
      throw new Error(
        `entryVariables: model '${model.name}' has no weight '${entry.ours}' for the state entry ` +
          `'${entry.official}'; nearest is '${nearestNames(entry.ours, weights.keys(), 1)[0] ?? 'none'}'`,
      );
    }
    const wanted = ourShape(entry);
    const fits =
      wanted === undefined
        ? variable.size === sizeOf(entry.shape)
        : variable.shape.length === wanted.length && variable.shape.every((n, i) => n === wanted[i]);
    if (!fits) {
      throw new Error(
        `entryVariables: weight '${entry.ours}' has shape [${variable.shape.join(', ')}], but the state entry ` +
          `'${entry.official}' [${entry.shape.join(', ')}] with layout '${entry.layout}' wants ` +
          `[${(wanted ?? entry.shape).join(', ')}]`,
      );
    }
    named.add(entry.ours);
    result.set(entry, variable);
  }
  const forgotten = [...weights.keys()].filter((name) => !named.has(name));
  if (forgotten.length > 0) {
    throw new Error(
      `entryVariables: weights of model '${model.name}' that no state entry names: ${forgotten.join(', ')}`,
    );
  }
  return result;
}

/** Writes official values (official order) into a weight. */
export function assignOfficial(variable: tf.Variable, entry: StateEntry, values: Float32Array): void {
  const tensor = tf.tensor(toOurLayout(values, entry), variable.shape, 'float32');
  variable.assign(tensor);
  tensor.dispose();
}

/** Reads a weight in official order. */
export async function readOfficial(variable: tf.Tensor, entry: StateEntry): Promise<Float32Array> {
  return toOfficialLayout((await variable.data()) as Float32Array, entry);
}
