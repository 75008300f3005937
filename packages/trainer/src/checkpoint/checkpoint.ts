import * as tf from '@tensorflow/tfjs-core';
import { FormatError, readSafetensors, toFloat32, writeSafetensors, type NdArray } from '@prismamba/formats';
import { weightsByName, type Model } from '../model.js';
import type { Optimizer, OptimizerState } from '../optimizer/optimizer.js';

/** The state between two steps of training: with it, a run goes on as if it had never stopped. */
export interface Checkpoint {
  /** Steps done. */
  readonly step: number;
  /** Every random number of the run follows from (seed, step): this is the state of all generators. */
  readonly seed: number;
  /** All weights of the model by name, those that are not trained (running statistics) included. */
  readonly weights: ReadonlyMap<string, NdArray>;
  readonly optimizer: OptimizerState;
  /** The moving average of the weights, where the run keeps one. */
  readonly average?: AverageState;
  /** What validation has seen, where the run validates. */
  readonly validation?: ValidationState;
  /** The lowest loss of a step so far, by which divergence is told. */
  readonly lowestLoss?: number;
  /** What the caller wants to find again, for instance the name and settings of the model. */
  readonly notes: Readonly<Record<string, string>>;
}

/** State of a `WeightAverage`. */
export interface AverageState {
  readonly updates: number;
  readonly averages: ReadonlyMap<string, NdArray>;
}

/** The best validation so far, and how many have come since; what early stopping goes by. */
export interface ValidationState {
  readonly best: number;
  readonly bestStep: number;
  readonly sinceBest: number;
}

/** A checksum over everything that a checkpoint holds; in Node `checkpoint-folder` passes SHA-256. */
export type Checksum = (parts: Iterable<Uint8Array>) => string;

const KIND = 'prismamba-checkpoint-1';

/** @throws where a value is not finite. */
function checkFinite(what: string, data: Float32Array, step: number): void {
  const bad = data.findIndex((value) => !Number.isFinite(value));
  if (bad < 0) return;
  const count = data.reduce((sum, value) => sum + (Number.isFinite(value) ? 0 : 1), 0);
  throw new Error(
    `captureCheckpoint: value ${bad} of ${what} is ${data[bad]} after step ${step} (${count} of ${data.length} are not finite); the training has diverged`,
  );
}

/**
 * Reads the state of a run.
 * @throws when a weight, a moment of the optimizer or an average is not finite: a checkpoint is a state worth returning to.
 */
export async function captureCheckpoint(
  model: Pick<Model, 'weights'>,
  optimizer: Optimizer,
  progress: {
    readonly step: number;
    readonly seed: number;
    readonly average?: AverageState | undefined;
    readonly validation?: ValidationState | undefined;
    readonly lowestLoss?: number | undefined;
    readonly notes?: Readonly<Record<string, string>>;
  },
): Promise<Checkpoint> {
  const weights = new Map<string, NdArray>();
  for (const [name, weight] of weightsByName(model.weights)) {
    const tensor = weight.read();
    const data = Float32Array.from(await tensor.data<'float32'>());
    checkFinite(`weight '${name}'`, data, progress.step);
    weights.set(name, { dtype: 'float32', shape: tensor.shape, data });
  }
  const state = await optimizer.state();
  for (const [name, { data }] of state.moments) checkFinite(`moment '${name}'`, data, progress.step);
  for (const [name, average] of progress.average?.averages ?? [])
    checkFinite(`average '${name}'`, toFloat32(average), progress.step);
  return {
    step: progress.step,
    seed: progress.seed,
    weights,
    optimizer: state,
    ...(progress.average === undefined ? {} : { average: progress.average }),
    ...(progress.validation === undefined ? {} : { validation: progress.validation }),
    ...(progress.lowestLoss === undefined ? {} : { lowestLoss: progress.lowestLoss }),
    notes: progress.notes ?? {},
  };
}

/** Writes a checkpoint's weights into the model and its moments into the optimizer; all names and shapes must agree. */
export function restoreCheckpoint(
  model: Pick<Model, 'weights'>,
  optimizer: Optimizer,
  checkpoint: Checkpoint,
): void {
  writeWeights(model, checkpoint.weights, 'restoreCheckpoint');
  optimizer.restore(checkpoint.optimizer);
}

/** Writes arrays into the weights of the same names. Nothing is changed unless every name and shape agrees. */
export function writeWeights(
  model: Pick<Model, 'weights'>,
  arrays: ReadonlyMap<string, NdArray>,
  caller = 'writeWeights',
): void {
  const byName = weightsByName(model.weights);
  const missing = [...byName.keys()].filter((name) => !arrays.has(name));
  const unknown = [...arrays.keys()].filter((name) => !byName.has(name));
  if (missing.length > 0 || unknown.length > 0) {
    throw new Error(
      `${caller}: these are weights of another model: ${describe('missing', missing)}; ${describe('unknown', unknown)}`,
    );
  }
  for (const [name, weight] of byName) {
    const { shape } = arrays.get(name)!;
    if (shape.join() !== weight.shape.join()) {
      throw new Error(
        `${caller}: weight '${name}' has shape [${shape.join(', ')}], the model wants [${weight.shape.join(', ')}]`,
      );
    }
  }
  for (const [name, weight] of byName) {
    const array = arrays.get(name)!;
    const value = tf.tensor(toFloat32(array), [...array.shape], 'float32');
    weight.write(value);
    value.dispose();
  }
}

function describe(what: string, names: readonly string[]): string {
  const shown = names.slice(0, 3).map((name) => `'${name}'`);
  return `${names.length} ${what}${shown.length > 0 ? ` (${shown.join(', ')}${names.length > 3 ? ', ...' : ''})` : ''}`;
}

function* bytesOf(tensors: ReadonlyMap<string, NdArray>): Generator<Uint8Array> {
  for (const name of [...tensors.keys()].sort()) {
    const { data } = tensors.get(name)!;
    yield new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  }
}

/** The progress as it stands in the file, then each tensor with its name and shape: a damaged step or seed is damage, too. */
function* partsOf(progress: string, tensors: ReadonlyMap<string, NdArray>): Generator<Uint8Array> {
  const heads = [...tensors].map(([name, { dtype, shape }]) => [name, dtype, [...shape]] as const);
  heads.sort(([a], [b]) => (a < b ? -1 : 1));
  yield new TextEncoder().encode(JSON.stringify([progress, heads]));
  yield* bytesOf(tensors);
}

/** JSON has no infinities; the best PSNR of a validation may be one. */
const toJson = (validation: ValidationState | undefined) =>
  validation === undefined ? undefined : { ...validation, best: String(validation.best) };

/**
 * A checkpoint as one safetensors file: `weights/...`, `optimizer/...`, `average/...`, the rest as JSON in its metadata.
 * With `checksum`, a file whose numbers were damaged later is refused by {@link decodeCheckpoint}.
 */
export function encodeCheckpoint(
  checkpoint: Checkpoint,
  { checksum }: { readonly checksum?: Checksum } = {},
): Uint8Array {
  const tensors = new Map<string, NdArray>();
  for (const [name, array] of checkpoint.weights) tensors.set(`weights/${name}`, array);
  for (const [name, { shape, data }] of checkpoint.optimizer.moments) {
    tensors.set(`optimizer/${name}`, { dtype: 'float32', shape, data });
  }
  for (const [name, array] of checkpoint.average?.averages ?? []) tensors.set(`average/${name}`, array);
  const progress = JSON.stringify({
    step: checkpoint.step,
    seed: checkpoint.seed,
    optimizerSteps: checkpoint.optimizer.steps,
    averageUpdates: checkpoint.average?.updates,
    validation: toJson(checkpoint.validation),
    lowestLoss: checkpoint.lowestLoss,
    notes: checkpoint.notes,
  });
  const sum: Record<string, string> =
    checksum === undefined ? {} : { checksum: checksum(partsOf(progress, tensors)) };
  return writeSafetensors(tensors, { kind: KIND, progress, ...sum });
}

interface Progress {
  readonly step: number;
  readonly seed: number;
  readonly optimizerSteps: Readonly<Record<string, number>>;
  readonly averageUpdates?: number;
  /** `best` as text, as a number in files of older versions. */
  readonly validation?: Omit<ValidationState, 'best'> & { readonly best: string | number };
  readonly lowestLoss?: number;
  readonly notes: Readonly<Record<string, string>>;
}

function isValidation(value: unknown): value is Progress['validation'] {
  if (typeof value !== 'object' || value === null) return false;
  const { best, bestStep, sinceBest } = value as Record<string, unknown>;
  const isBest = typeof best === 'string' ? !Number.isNaN(Number(best)) : typeof best === 'number';
  return isBest && typeof bestStep === 'number' && typeof sinceBest === 'number';
}

function isProgress(value: unknown): value is Progress {
  if (typeof value !== 'object' || value === null) return false;
  const record = value as Record<string, unknown>;
  const isRecordOf = (entry: unknown, type: string) =>
    typeof entry === 'object' && entry !== null && Object.values(entry).every((item) => typeof item === type);
  return (
    Number.isInteger(record['step']) &&
    Number.isInteger(record['seed']) &&
    isRecordOf(record['optimizerSteps'], 'number') &&
    (record['averageUpdates'] === undefined || Number.isInteger(record['averageUpdates'])) &&
    (record['validation'] === undefined || isValidation(record['validation'])) &&
    (record['lowestLoss'] === undefined || typeof record['lowestLoss'] === 'number') &&
    isRecordOf(record['notes'], 'string')
  );
}

/** Reads what {@link encodeCheckpoint} wrote. @throws FormatError for any other file, truncated ones included. */
export function decodeCheckpoint(
  bytes: Uint8Array,
  { name = 'checkpoint', checksum }: { readonly name?: string; readonly checksum?: Checksum } = {},
): Checkpoint {
  const { tensors, metadata } = readSafetensors(bytes, { name });
  if (metadata['kind'] !== KIND) {
    throw new FormatError({
      name,
      problem: `not a checkpoint of a run: metadata 'kind' is ${JSON.stringify(metadata['kind'])}`,
      expected: `'${KIND}'`,
      fix: 'A file of weights alone can be evaluated, but not resumed from.',
    });
  }
  let progress: unknown;
  try {
    progress = JSON.parse(metadata['progress'] ?? 'null');
  } catch (cause) {
    throw new FormatError({ name, problem: "metadata 'progress' is not JSON", cause });
  }
  if (!isProgress(progress)) {
    throw new FormatError({
      name,
      problem: "metadata 'progress' is damaged",
      expected: 'step, seed, optimizerSteps, notes',
    });
  }
  const kept = metadata['checksum'];
  const sums = () => [
    checksum!(partsOf(metadata['progress']!, tensors)),
    // Files of older versions: over the numbers of the tensors alone.
    checksum!(bytesOf(tensors)),
  ];
  if (checksum !== undefined && kept !== undefined && !sums().includes(kept)) {
    throw new FormatError({
      name,
      problem: 'it was damaged after it was written: the checksum does not fit',
      fix: 'Take the checkpoint before it.',
    });
  }
  const weights = new Map<string, NdArray>();
  const averages = new Map<string, NdArray>();
  const moments = new Map<string, { shape: readonly number[]; data: Float32Array }>();
  for (const [key, array] of tensors) {
    if (key.startsWith('weights/')) weights.set(key.slice('weights/'.length), array);
    else if (key.startsWith('optimizer/')) {
      moments.set(key.slice('optimizer/'.length), { shape: array.shape, data: toFloat32(array) });
    } else if (key.startsWith('average/')) averages.set(key.slice('average/'.length), array);
    else
      throw new FormatError({
        name,
        problem: `unexpected entry '${key}'`,
        expected: "'weights/...', 'optimizer/...' or 'average/...'",
      });
  }
  return {
    step: progress.step,
    seed: progress.seed,
    weights,
    optimizer: { steps: progress.optimizerSteps, moments },
    ...(progress.averageUpdates === undefined
      ? {}
      : { average: { updates: progress.averageUpdates, averages } }),
    ...(progress.validation === undefined
      ? {}
      : { validation: { ...progress.validation, best: Number(progress.validation.best) } }),
    ...(progress.lowestLoss === undefined ? {} : { lowestLoss: progress.lowestLoss }),
    notes: progress.notes,
  };
}
