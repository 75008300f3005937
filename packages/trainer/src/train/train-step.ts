import * as tf from '@tensorflow/tfjs-core';
import type { Batch } from '../batches/batch-source.js';
import type { Loss } from '../losses/loss.js';
import { isWeightedLoss } from '../losses/weighted-loss.js';
import type { Model, ModelWeight } from '../model.js';
import { clipGradients, squaredNorm } from '../optimizer/clip-gradients.js';
import type { Optimizer } from '../optimizer/optimizer.js';
import { freeInBackward } from './free-in-backward.js';

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
  const { value, grads } = tf.variableGrads(() => {
    const value = loss(applyModel(model, batch.rgb, training), batch.cube, batch.rgb);
    freeInBackward();
    return value;
  }, variables);
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
  /**
   * Patches that are in memory at once; the whole batch unless given. The gradients of the parts are added, weighted by
   * their sizes, which equals the whole batch for every loss that is a mean over patches and every network whose layers
   * do not mix the patches of a batch.
   */
  readonly microBatch?: number | undefined;
  /** Looks at the gradients too before they are applied; costs a read of each. */
  readonly checkGradients?: boolean | undefined;
  /** Called between the gradients and the update. */
  readonly onUpdate?: (() => void) | undefined;
}

/** What a step gives: the loss before the update, and the terms of a {@link weightedLoss} by name. */
export interface TrainStepResult {
  readonly loss: number;
  readonly terms?: Readonly<Record<string, number>>;
  /** Whether the update was left out because a gradient was not finite; only with `checkGradients`. */
  readonly badGradients?: true;
}

async function areFinite(gradients: ReadonlyMap<string, tf.Tensor>): Promise<boolean> {
  for (const gradient of gradients.values()) {
    const all = tf.tidy(() => tf.all(tf.isFinite(gradient)));
    const [finite] = await all.data();
    all.dispose();
    if (finite !== 1) return false;
  }
  return true;
}

interface Accumulated extends TrainStepResult {
  readonly gradients: Map<string, tf.Tensor>;
  /** The sum of the gradients' squares, where a norm is to be clipped. */
  readonly squares?: number;
}

/** Loss, terms and gradients of patches `begin` to `end` of a batch. */
async function partOfBatch(
  { model, loss, batch, clipNorm }: TrainStepOptions,
  begin: number,
  end: number,
): Promise<Accumulated> {
  const { height, width, bands } = batch;
  const pixels = height * width;
  const cut = (data: Float32Array, channels: number) =>
    tf.tensor4d(data.subarray(begin * pixels * channels, end * pixels * channels), [
      end - begin,
      height,
      width,
      channels,
    ]);
  const rgb = cut(batch.rgb, 3);
  const cube = cut(batch.cube, bands);
  const result = lossAndGradients(model, loss, { rgb, cube });
  // What the step has to know comes in one read: each waits for the device.
  const numbers =
    clipNorm === undefined || end - begin < batch.size
      ? result.loss
      : tf.tidy(() => tf.stack([result.loss, squaredNorm(result.gradients)]));
  const [value, squares] = await numbers.data<'float32'>();
  const terms = isWeightedLoss(loss) ? { terms: await loss.readTerms() } : {};
  tf.dispose([rgb, cube, result.loss, numbers]);
  return {
    loss: value!,
    ...terms,
    gradients: result.gradients,
    ...(squares === undefined ? {} : { squares }),
  };
}

/** sum += part * share, in place; the tensors of `part` are freed. */
function addShare(sum: Map<string, tf.Tensor>, part: ReadonlyMap<string, tf.Tensor>, share: number): void {
  for (const [name, gradient] of part) {
    const old = sum.get(name);
    const scaled = tf.mul(gradient, share);
    sum.set(name, old === undefined ? scaled : tf.add(old, scaled));
    if (old !== undefined) tf.dispose([old, scaled]);
    gradient.dispose();
  }
}

/** Forward and backward over the whole batch, in parts of at most `microBatch` patches. */
async function accumulate(options: TrainStepOptions): Promise<Accumulated> {
  const { size } = options.batch;
  const part = options.microBatch ?? size;
  if (!Number.isInteger(part) || part < 1) {
    throw new RangeError(`trainStep: microBatch is ${part}, wanted an integer of 1 or more`);
  }
  if (part >= size) return partOfBatch(options, 0, size);
  const gradients = new Map<string, tf.Tensor>();
  const terms: Record<string, number> = {};
  let loss = 0;
  for (let begin = 0; begin < size; begin += part) {
    const end = Math.min(size, begin + part);
    const share = (end - begin) / size;
    const result = await partOfBatch(options, begin, end);
    loss += result.loss * share;
    for (const [name, value] of Object.entries(result.terms ?? {}))
      terms[name] = (terms[name] ?? 0) + value * share;
    addShare(gradients, result.gradients, share);
  }
  const result = { loss, ...(isWeightedLoss(options.loss) ? { terms } : {}), gradients };
  if (options.clipNorm === undefined) return result;
  const norm = squaredNorm(gradients);
  const [squares] = await norm.data<'float32'>();
  norm.dispose();
  return { ...result, squares: squares! };
}

/** One step: forward, backward, update. The weights are untouched if the loss (or a checked gradient) is not finite. */
export async function trainStep(options: TrainStepOptions): Promise<TrainStepResult> {
  const { model, optimizer, learningRate, clipNorm } = options;
  const { gradients, squares, ...result } = await accumulate(options);
  options.onUpdate?.();
  const badGradients = options.checkGradients === true && !(await areFinite(gradients));
  if (Number.isFinite(result.loss) && !badGradients) {
    if (clipNorm === undefined) optimizer.applyGradients(model.trainableWeights, gradients, learningRate);
    else {
      const clipped = clipGradients(gradients, clipNorm, squares);
      optimizer.applyGradients(model.trainableWeights, clipped.gradients, learningRate);
      tf.dispose([...clipped.gradients.values()]);
    }
  }
  tf.dispose([...gradients.values()]);
  return badGradients ? { ...result, badGradients } : result;
}
