import * as tf from '@tensorflow/tfjs-core';
import type * as tfl from '@tensorflow/tfjs-layers';
import { OUTPUT_BANDS } from '../bands.js';
import type { ModelDefinition } from '../model-definition.js';
import { meanAbsoluteError } from '../gradients/loss-gradients.js';

/** Numbers in [0, 1) from a 32-bit hash of the index. */
export function pixelValue(i: number, seed: number): number {
  let h = Math.imul(i + 1, 0x9e3779b1) ^ Math.imul(seed, 0x85ebca77);
  h = Math.imul(h ^ (h >>> 15), 0x85ebca77);
  return ((h ^ (h >>> 13)) >>> 0) / 2 ** 32;
}

/**
 * Options that keep a network within a number of parameters: the published ones, or the small ones of its definition. At full
 * size every network is built in parity, and goes through all of this in the slow lane.
 */
export const within = (parameters: number, definition: ModelDefinition): object =>
  definition.parameters > parameters ? definition.small : {};

/** Small images in [0, 1] of a size that the model takes; `odd` asks for odd sizes where they are allowed. */
export function conformanceImage(
  definition: ModelDefinition,
  batch: number,
  odd: boolean,
  seed = 1,
): tf.Tensor4D {
  const { sizeMultiple = 1, minimumSize = 1 } = definition.traits ?? {};
  const [height, width]: [number, number] =
    sizeMultiple > 1 ? [sizeMultiple, 2 * sizeMultiple] : [Math.max(odd ? 9 : 8, minimumSize), odd ? 11 : 12];
  return noiseImage(batch, height, width, seed);
}

/** Noise in [0, 1), [batch, height, width, 3]. */
export function noiseImage(batch: number, height: number, width: number, seed = 1): tf.Tensor4D {
  const values = Float32Array.from({ length: batch * height * width * 3 }, (_, i) => pixelValue(i, seed));
  return tf.tensor4d(values, [batch, height, width, 3]);
}

export const outputShape = (x: tf.Tensor4D): number[] => [...x.shape.slice(0, 3), OUTPUT_BANDS];

/** Losses of `steps` Adam steps on two patches whose spectra follow from their colours. */
export async function overfitTwoPatches(
  model: tfl.LayersModel,
  definition: ModelDefinition,
  steps: number,
  rate = 1e-3,
): Promise<number[]> {
  const x = conformanceImage(definition, 2, false);
  const target = tf.tidy(() => {
    const grey = tf.mean(x, -1, true); // [2, H, W, 1]
    return tf.add(tf.mul(grey, tf.linspace(0.2, 0.8, OUTPUT_BANDS)), 0.1);
  });
  const optimizer = tf.train.adam(rate, 0.9, 0.999, 1e-8);
  const variables = model.trainableWeights.map((weight) => weight.read() as tf.Variable);
  const losses: number[] = [];
  for (let step = 0; step < steps; step++) {
    const loss = optimizer.minimize(
      () => meanAbsoluteError(model.apply(x, { training: true }) as tf.Tensor, target),
      true,
      variables,
    );
    if (loss === null) throw new Error('overfitTwoPatches: the optimizer gave no loss');
    losses.push((await loss.data())[0]!);
    loss.dispose();
  }
  optimizer.dispose();
  tf.dispose([x, target]);
  return losses;
}

/**
 * Median of the last ten losses as a part of the first: single jumps (AWAN makes them at this rate) do not decide.
 */
export function remainingLoss(losses: readonly number[]): number {
  const last = losses.slice(-10).sort((a, b) => a - b);
  return last[last.length >> 1]! / losses[0]!;
}
