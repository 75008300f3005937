import type { NdArray } from '@prismamba/formats';
import { lossGradients, sizeOf, toOfficialLayout, type StateEntry } from '@prismamba/models/internal';
import * as tf from '@tensorflow/tfjs-core';
import type * as tfl from '@tensorflow/tfjs-layers';
import { golden } from './forward.js';
import { nchwValues, nhwcTensor } from './layout.js';
import { maxAbs, measure, relativeError, type ParityMeasure } from './measure.js';

/** Tolerances of `golden/README.md`, "Tolerance to expect". */
export const LIMITS = {
  forward: 1e-5,
  loss: 2e-6,
  gradient: 1e-4,
  /** Tensors with fewer than 8 elements. */
  smallGradient: 1e-3,
  /** Gradients below this part of the model's largest entry hold only rounding noise: it is the least denominator. */
  gradientFloor: 1e-5,
  trainingLoss: 1e-5,
  afterTraining: 1e-4,
} as const;

/** Networks whose own float32 rounding needs more room than {@link LIMITS} gives the forward pass (same section). */
const FORWARD_LIMITS: Readonly<Record<string, number>> = { m3sr: 2e-5 };

/** Limit of the forward comparison of a model, max|a-b|/max|b|. */
export const forwardLimit = (model: string): number => FORWARD_LIMITS[model] ?? LIMITS.forward;

export interface GradientComparison {
  readonly loss: ParityMeasure;
  readonly inputGradient: ParityMeasure;
  readonly parameterGradients: readonly ParityMeasure[];
  /** Parameters that the loss does not reach in our network. */
  readonly withoutGradient: readonly string[];
}

/** What `grads.npz` has of one parameter: all values, or samples at a stride with statistics. */
interface Wanted {
  readonly samples: Float32Array;
  /** [sum, sum of absolute values, L2 norm, stride] of the complete gradient. */
  readonly statistics?: ArrayLike<number>;
}

function wantedGradient(archive: ReadonlyMap<string, NdArray>, name: string): Wanted {
  const complete = archive.get(`grad/${name}`);
  if (complete !== undefined) return { samples: complete.data as Float32Array };
  return {
    samples: golden(archive, `gsamp/${name}`, 'grads.npz').data as Float32Array,
    statistics: golden(archive, `gstat/${name}`, 'grads.npz').data as Float64Array,
  };
}

/** Error of sums over the complete gradient; `floor` is the least magnitude of one entry. */
function statisticsError(values: Float32Array, statistics: ArrayLike<number>, floor: number): number {
  let sum = 0;
  let absolute = 0;
  let squares = 0;
  for (const v of values) {
    sum += v;
    absolute += Math.abs(v);
    squares += v * v;
  }
  const [wantedSum, wantedAbsolute, wantedNorm] = [statistics[0]!, statistics[1]!, statistics[2]!];
  const scale = Math.max(wantedAbsolute, floor * values.length);
  return Math.max(
    Math.abs(sum - wantedSum) / scale,
    Math.abs(absolute - wantedAbsolute) / scale,
    Math.abs(Math.sqrt(squares) - wantedNorm) / Math.max(wantedNorm, floor * Math.sqrt(values.length)),
  );
}

function compareParameter(
  entry: StateEntry,
  ours: Float32Array | undefined,
  wanted: Wanted,
  floor: number,
): ParityMeasure {
  const size = sizeOf(entry.shape);
  const limit = size < 8 ? LIMITS.smallGradient : LIMITS.gradient;
  if (ours === undefined) {
    const error = maxAbs(wanted.samples) === 0 ? 0 : Infinity;
    return measure(entry.official, error, limit, 'no gradient');
  }
  const values = toOfficialLayout(ours, entry);
  const stride = wanted.statistics?.[3] ?? 1;
  const samples = wanted.samples.map((_, i) => values[i * stride]!);
  const sampled = relativeError(samples, wanted.samples, floor);
  const summed = wanted.statistics === undefined ? 0 : statisticsError(values, wanted.statistics, floor);
  return measure(entry.official, Math.max(sampled, summed), limit);
}

/** Compares loss, input gradient and the gradient of every parameter with `grads.npz`. */
export async function compareGradients(
  model: tfl.LayersModel,
  entries: readonly StateEntry[],
  archive: ReadonlyMap<string, NdArray>,
): Promise<GradientComparison> {
  const x = nhwcTensor(golden(archive, 'x', 'grads.npz'));
  const target = nhwcTensor(golden(archive, 'target', 'grads.npz'));
  const ours = await lossGradients(model, x, target);
  tf.dispose([x, target]);

  const lossWanted = (archive.get('loss_ref64') ?? golden(archive, 'loss', 'grads.npz')).data[0] as number;
  const loss = measure('loss', Math.abs(ours.loss - lossWanted) / Math.abs(lossWanted), LIMITS.loss);
  const inputWanted = golden(archive, 'grad_input', 'grads.npz').data as Float32Array;
  const inputGradient =
    ours.input === undefined
      ? measure('input', Infinity, LIMITS.gradient, 'no gradient')
      : measure('input', relativeError(await nchwValues(ours.input), inputWanted), LIMITS.gradient);

  const parameters = entries.filter((entry) => entry.kind === 'parameter' || entry.kind === 'dead');
  const wanted = parameters.map((entry) => wantedGradient(archive, entry.official));
  const globalMax = wanted.reduce((max, w) => Math.max(max, maxAbs(w.samples)), 0);
  const floor = LIMITS.gradientFloor * globalMax;
  const parameterGradients: ParityMeasure[] = [];
  const withoutGradient: string[] = [];
  for (const [i, entry] of parameters.entries()) {
    const tensor = entry.ours === undefined ? undefined : ours.weights.get(entry.ours);
    if (tensor === undefined) withoutGradient.push(entry.official);
    const values = tensor === undefined ? undefined : ((await tensor.data()) as Float32Array);
    parameterGradients.push(compareParameter(entry, values, wanted[i]!, floor));
  }
  tf.dispose([...ours.weights.values(), ...(ours.input === undefined ? [] : [ours.input])]);
  return { loss, inputGradient, parameterGradients, withoutGradient };
}
