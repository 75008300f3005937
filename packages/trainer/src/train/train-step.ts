import * as tf from '@tensorflow/tfjs-core';
import type { Batch } from '../batches/batch-source.js';
import type { Loss } from '../losses/loss.js';
import { isWeightedLoss } from '../losses/weighted-loss.js';
import type { Model, ModelWeight } from '../model.js';
import { clipGradients, clipOnDevice, squaredNorm } from '../optimizer/clip-gradients.js';
import type { Optimizer } from '../optimizer/optimizer.js';
import { applyModel } from './apply-model.js';
import { freeInBackward } from './free-in-backward.js';
import { lossFromHost, needsHost } from './host-terms.js';

export interface LossAndGradients {
  readonly loss: tf.Scalar;
  /** By `originalName`; weights that the output does not depend on are absent. */
  readonly gradients: Map<string, tf.Tensor>;
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
    // TensorFlow.js gives null, against its types, for a variable that is not to be trained.
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
  /** Looks at the gradients too before they are applied. */
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

/** How many values of the gradients are not finite. */
function countBad(gradients: ReadonlyMap<string, tf.Tensor>): tf.Scalar {
  return tf.tidy(() =>
    tf.addN(
      [...gradients.values()].map((gradient) =>
        tf.sum<tf.Scalar>(tf.cast(tf.logicalNot(tf.isFinite(gradient)), 'float32')),
      ),
    ),
  );
}

/** Patches of a batch, forward and backward. */
interface Part {
  readonly gradients: Map<string, tf.Tensor>;
  /** The loss, then the terms of a {@link weightedLoss}: still on the device, or known. */
  readonly values: readonly tf.Scalar[] | readonly number[];
}

/** Gradients of patches `begin` to `end` of a batch. Reads nothing, unless the loss needs the host. */
async function partOfBatch(
  { model, loss, batch }: TrainStepOptions,
  begin: number,
  end: number,
): Promise<Part> {
  const { height, width, bands } = batch;
  const pixels = height * width;
  const cut = (data: Float32Array, channels: number) =>
    data.subarray(begin * pixels * channels, end * pixels * channels);
  const target = cut(batch.cube, bands);
  const rgb = tf.tensor4d(cut(batch.rgb, 3), [end - begin, height, width, 3]);
  const cube = tf.tensor4d(target, [end - begin, height, width, bands]);
  try {
    if (needsHost(loss)) {
      const host = await lossFromHost(model, loss, { rgb, cube }, target);
      const result = lossAndGradients(model, host.loss, { rgb, cube });
      result.loss.dispose();
      host.dispose();
      return { gradients: result.gradients, values: host.values };
    }
    const result = lossAndGradients(model, loss, { rgb, cube });
    const terms = isWeightedLoss(loss) ? loss.takeTerms() : [];
    return { gradients: result.gradients, values: [result.loss, ...terms] };
  } finally {
    tf.dispose([rgb, cube]);
  }
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

/** Numbers, and scalars that become numbers in one read; the scalars are freed. Each read waits for the device. */
async function readAll(values: readonly (tf.Scalar | number)[]): Promise<number[]> {
  const scalars = values.filter((value): value is tf.Scalar => typeof value !== 'number');
  if (scalars.length === 0) return values as number[];
  const all = scalars.length === 1 ? scalars[0]! : tf.stack(scalars);
  const read = await all.data<'float32'>();
  tf.dispose([all, ...scalars]);
  let next = 0;
  return values.map((value) => (typeof value === 'number' ? value : read[next++]!));
}

interface Accumulated extends TrainStepResult {
  readonly gradients: Map<string, tf.Tensor>;
  /** The sum of the gradients' squares, where a norm is to be clipped and something is read anyway. */
  readonly squares?: number;
}

/** Forward and backward over the whole batch, in parts of at most `microBatch` patches. */
async function accumulate(options: TrainStepOptions): Promise<Accumulated> {
  const { loss, clipNorm, checkGradients } = options;
  const { size } = options.batch;
  const most = options.microBatch ?? size;
  if (!Number.isInteger(most) || most < 1) {
    throw new RangeError(`trainStep: microBatch is ${most}, wanted an integer of 1 or more`);
  }
  const shares: number[] = [];
  const values: (tf.Scalar | number)[] = [];
  let gradients = new Map<string, tf.Tensor>();
  for (let begin = 0; begin < size; begin += most) {
    const end = Math.min(size, begin + most);
    const part = await partOfBatch(options, begin, end);
    shares.push((end - begin) / size);
    values.push(...part.values);
    if (end - begin === size) gradients = part.gradients;
    else addShare(gradients, part.gradients, (end - begin) / size);
  }
  const each = values.length / shares.length;
  const readsNorm = clipNorm !== undefined && typeof values[0] !== 'number';
  if (readsNorm) values.push(squaredNorm(gradients));
  if (checkGradients === true) values.push(countBad(gradients));
  const numbers = await readAll(values);
  const bad = checkGradients === true && numbers.pop()! > 0;
  const squares = readsNorm ? { squares: numbers.pop()! } : {};
  // The mean over the parts: the loss, then its terms.
  const [whole, ...terms] = Array.from({ length: each }, (_, i) =>
    shares.reduce((sum, share, part) => sum + share * numbers[part * each + i]!, 0),
  );
  return {
    loss: whole!,
    ...(isWeightedLoss(loss)
      ? { terms: Object.fromEntries(loss.terms.map(({ name }, i) => [name, terms[i]!])) }
      : {}),
    ...(bad ? { badGradients: true as const } : {}),
    ...squares,
    gradients,
  };
}

/**
 * One step: forward, backward, update. The weights are untouched if the loss (or a checked gradient) is not finite. What the step has to
 * know comes in one read from the device. A loss that the host computes (`agdRankLoss`) costs on WebGPU a second forward pass: the read
 * is then that of the prediction, and checking gradients takes another.
 */
export async function trainStep(options: TrainStepOptions): Promise<TrainStepResult> {
  const { model, optimizer, learningRate, clipNorm } = options;
  const { gradients, squares, ...result } = await accumulate(options);
  options.onUpdate?.();
  if (Number.isFinite(result.loss) && result.badGradients === undefined) {
    if (clipNorm === undefined) optimizer.applyGradients(model.trainableWeights, gradients, learningRate);
    else {
      const clipped =
        squares === undefined
          ? clipOnDevice(gradients, clipNorm)
          : clipGradients(gradients, clipNorm, squares).gradients;
      optimizer.applyGradients(model.trainableWeights, clipped, learningRate);
      tf.dispose([...clipped.values()]);
    }
  }
  tf.dispose([...gradients.values()]);
  return result;
}
