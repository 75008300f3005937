import type { NdArray } from '@prismamba/formats';
import { lossGradients } from '@prismamba/models/internal';
import { Adam } from '@prismamba/trainer';
import * as tf from '@tensorflow/tfjs-core';
import type * as tfl from '@tensorflow/tfjs-layers';
import { LIMITS } from './compare-gradients.js';
import { forward, golden } from './forward.js';
import { nhwcTensor } from './layout.js';
import { measure, relativeError, type ParityMeasure } from './measure.js';

/** Rate of the official GMSR-Net training; its decay over three of 1e8 steps is below float32's resolution. */
const RATE = 1e-4;

/** Batch normalisation in train mode: `y<i>_train_mode`, and the running statistics after that pass, `after_train/*`. */
export async function compareTrainMode(
  model: tfl.LayersModel,
  io: ReadonlyMap<string, NdArray>,
  limit: number,
  readBuffer: (official: string) => Promise<Float32Array | undefined>,
): Promise<ParityMeasure[]> {
  const measures: ParityMeasure[] = [];
  for (const [name, wanted] of io) {
    const output = /^y(\d+)_train_mode$/.exec(name);
    if (output === null) continue;
    const y = await forward(model, golden(io, `x${output[1]}`, 'io.npz'), true);
    measures.push(measure(name, relativeError(y, wanted.data as Float32Array), limit));
  }
  for (const [name, wanted] of io) {
    if (!name.startsWith('after_train/')) continue;
    const values = await readBuffer(name.slice('after_train/'.length));
    measures.push(
      values === undefined
        ? measure(name, Infinity, limit, 'the network has no such buffer')
        : measure(name, relativeError(values, wanted.data as Float32Array), limit),
    );
  }
  return measures;
}

/** The official training steps of `train3.npz` on (`x`, `target`) of `grads.npz`, with the trainer's Adam; changes the weights. */
export async function compareTrainingSteps(
  model: tfl.LayersModel,
  archive: ReadonlyMap<string, NdArray>,
  steps: ReadonlyMap<string, NdArray>,
): Promise<ParityMeasure[]> {
  const source = golden(archive, 'x', 'grads.npz');
  const losses = golden(steps, 'losses', 'train3.npz').data as Float64Array;
  const x = nhwcTensor(source);
  const target = nhwcTensor(golden(archive, 'target', 'grads.npz'));
  const optimizer = new Adam();
  const measures: ParityMeasure[] = [];
  for (let t = 1; t <= losses.length; t++) {
    const { loss, input, weights } = await lossGradients(model, x, target);
    const wanted = losses[t - 1]!;
    measures.push(measure(`loss of step ${t}`, Math.abs(loss - wanted) / wanted, LIMITS.trainingLoss));
    optimizer.applyGradients(model.trainableWeights, weights, RATE);
    tf.dispose([...weights.values(), ...(input === undefined ? [] : [input])]);
  }
  optimizer.dispose();
  tf.dispose([x, target]);
  const after = golden(steps, 'y_after', 'train3.npz').data as Float32Array;
  measures.push(
    measure('y after the steps', relativeError(await forward(model, source), after), LIMITS.afterTraining),
  );
  return measures;
}
