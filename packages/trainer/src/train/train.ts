import { setRandomState } from '@prismamba/core';
import type { BatchSource } from '../batches/batch-source.js';
import type { WeightAverage } from '../average/weight-average.js';
import { captureCheckpoint, type Checkpoint, type ValidationState } from '../checkpoint/checkpoint.js';
import type { Loss } from '../losses/loss.js';
import type { Model } from '../model.js';
import type { Optimizer } from '../optimizer/optimizer.js';
import type { Schedule } from '../schedules/schedule.js';
import { describeAnomaly, findAnomaly } from './find-anomaly.js';
import { DivergedError, NonFiniteLossError } from './training-errors.js';
import { trainStep } from './train-step.js';
import { judge, type ValidationOptions, type ValidationRecord } from './validation.js';

/** What is known after a step; `step` counts from 1. */
export interface StepRecord {
  readonly step: number;
  readonly steps: number;
  readonly epoch: number;
  /** Loss before the update. */
  readonly loss: number;
  /** Terms of a `weightedLoss`, without their weights. */
  readonly terms?: Readonly<Record<string, number>>;
  readonly learningRate: number;
  /** Patches trained on per second, over this step. */
  readonly patchesPerSecond: number;
  /** Seconds of this step in which nothing was computed because its batch was not there yet. */
  readonly waitSeconds: number;
}

export interface TrainOptions {
  readonly model: Model;
  readonly loss: Loss;
  readonly optimizer: Optimizer;
  readonly schedule: Schedule;
  readonly batches: BatchSource;
  /** Steps of the whole run, those before a resume included. */
  readonly steps: number;
  /** Seed of every random layer. */
  readonly seed: number;
  /** Steps done already (a checkpoint's `step`). */
  readonly startStep?: number;
  readonly clipNorm?: number | undefined;
  /** Patches in memory at once, see `trainStep`; the whole batch unless given. */
  readonly microBatch?: number | undefined;
  /** Keeps a moving average of the weights, which validation and the caller's evaluation then use. */
  readonly average?: WeightAverage | undefined;
  readonly validation?: ValidationOptions | undefined;
  /** State of validation before a resume (a checkpoint's `validation`). */
  readonly startValidation?: ValidationState | undefined;
  /** The lowest loss before a resume (a checkpoint's `lowestLoss`). */
  readonly startLowestLoss?: number | undefined;
  /** Told after each validation, while the weights that were validated are in the model. */
  readonly onValidation?: (record: ValidationRecord) => void | Promise<void>;
  /** Training stops when a loss exceeds this many times the lowest one; off unless given. */
  readonly divergenceFactor?: number | undefined;
  /**
   * Looks at every gradient before it is applied, and names the first layer whose output or gradient is not finite when a
   * step goes wrong. Slower: each step counts over its gradients.
   */
  readonly detectAnomaly?: boolean | undefined;
  /**
   * Called around each step (counted from 1), for instance to profile it; must call `run` once, which tells by `onUpdate` when
   * the gradients are there.
   */
  readonly aroundStep?: <T>(step: number, run: (onUpdate?: () => void) => Promise<T>) => Promise<T>;
  /** Steps between checkpoints; the last step always has one. Needs `saveCheckpoint`. */
  readonly checkpointEvery?: number | undefined;
  /** Keeps a checkpoint and says where. */
  readonly saveCheckpoint?: (checkpoint: Checkpoint) => string | Promise<string>;
  readonly notes?: Readonly<Record<string, string>>;
  readonly onStep?: (record: StepRecord) => void | Promise<void>;
  /** When it aborts, the step in work is finished, a checkpoint kept, and `train` returns. */
  readonly signal?: AbortSignal | undefined;
  /** Milliseconds; a parameter for tests. */
  readonly clock?: () => number;
}

export interface TrainResult {
  /** Steps done. */
  readonly step: number;
  /** `stopped early`: validation had not improved for `patience` times. */
  readonly outcome: 'finished' | 'interrupted' | 'stopped early';
  readonly lastCheckpoint: string | undefined;
  /** Loss of the last step, or undefined if no step was left to do. */
  readonly loss: number | undefined;
  /** The best validation of the run, or undefined where there was none. */
  readonly validation: ValidationState | undefined;
}

/** A turn of the event loop, so that signals, timers and finished reads are seen between steps. */
const nextTurn = () => new Promise<void>((resolve) => setTimeout(resolve, 0));

/**
 * Trains a model by gradient steps. Reads top to bottom: batch, step, stop at the first non-finite loss, report,
 * validation, checkpoint. The same model, data, seed and backend give the same bits, whether or not the run was interrupted.
 *
 * @throws NonFiniteLossError at the first loss that is NaN or infinite, naming the step, the batch's patches and the last
 *   good checkpoint; DivergedError where `divergenceFactor` is exceeded.
 */
export async function train(options: TrainOptions): Promise<TrainResult> {
  const { model, loss, optimizer, schedule, batches, steps, seed, startStep = 0, signal } = options;
  const clock = options.clock ?? (() => performance.now());
  const { saveCheckpoint, checkpointEvery = Infinity, average, validation, microBatch, clipNorm } = options;
  let lastCheckpoint: string | undefined;
  let lastLoss: number | undefined;
  let lowestLoss = options.startLowestLoss ?? Infinity;
  let validated = options.startValidation;
  let step = startStep;

  const checkpoint = async () => {
    if (saveCheckpoint === undefined) return;
    const progress = {
      step,
      seed,
      notes: options.notes ?? {},
      average: await average?.state(),
      validation: validated,
      lowestLoss: Number.isFinite(lowestLoss) ? lowestLoss : undefined,
    };
    lastCheckpoint = await saveCheckpoint(await captureCheckpoint(model, optimizer, progress));
  };

  const validate = async ({ run, ...rule }: ValidationOptions) => {
    const body = async () => {
      const { record, state } = judge(rule, step, await run(step), validated);
      validated = state;
      await options.onValidation?.(record);
    };
    await (average === undefined ? body() : average.useIn(model, body));
  };

  // The next batch is read while the present one is computed.
  let upcoming = step < steps ? batches.batchAt(step) : undefined;
  while (step < steps && upcoming !== undefined) {
    const started = clock();
    // -- batch
    const batch = await upcoming;
    const waitSeconds = (clock() - started) / 1000;
    upcoming = step + 1 < steps ? batches.batchAt(step + 1) : undefined;
    // A failed read is reported where it is awaited, not as an unhandled rejection meanwhile.
    upcoming?.catch(() => undefined);
    // -- step
    const learningRate = schedule(step);
    setRandomState(model.layers, seed, step);
    const around = options.aroundStep ?? ((_, run) => run());
    const doStep = (onUpdate?: () => void) =>
      trainStep({
        model,
        loss,
        optimizer,
        batch,
        learningRate,
        clipNorm,
        microBatch,
        checkGradients: options.detectAnomaly,
        onUpdate,
      });
    const result = await around(step + 1, doStep);
    lastLoss = result.loss;
    const { patches } = batch;
    const failure = { step: step + 1, loss: lastLoss, lastCheckpoint, learningRate, patches };
    if (!Number.isFinite(lastLoss) || result.badGradients === true) {
      const found = options.detectAnomaly === true ? await findAnomaly(model, loss, batch) : undefined;
      const anomaly = found === undefined ? undefined : describeAnomaly(found);
      throw new NonFiniteLossError({ ...failure, anomaly });
    }
    const { divergenceFactor } = options;
    if (divergenceFactor !== undefined && lastLoss > divergenceFactor * lowestLoss)
      throw new DivergedError(failure, lowestLoss, divergenceFactor);
    lowestLoss = Math.min(lowestLoss, lastLoss);
    average?.update(model);
    step += 1;
    // -- report
    const seconds = Math.max((clock() - started) / 1000, 1e-9);
    await options.onStep?.({
      step,
      steps,
      epoch: Math.floor((step - 1) / batches.stepsPerEpoch),
      loss: lastLoss,
      ...(result.terms === undefined ? {} : { terms: result.terms }),
      learningRate,
      patchesPerSecond: batch.size / seconds,
      waitSeconds,
    });
    // -- validation
    if (validation !== undefined && (step % validation.every === 0 || step === steps))
      await validate(validation);
    const tired = validated !== undefined && validated.sinceBest >= (validation?.patience ?? Infinity);
    // -- checkpoint, and leave if asked to
    await nextTurn();
    const interrupted = signal?.aborted === true && step < steps;
    if (interrupted || tired || step === steps || step % checkpointEvery === 0) await checkpoint();
    const outcome = interrupted ? 'interrupted' : tired && step < steps ? 'stopped early' : undefined;
    if (outcome !== undefined)
      return { step, outcome, lastCheckpoint, loss: lastLoss, validation: validated };
  }
  return { step, outcome: 'finished', lastCheckpoint, loss: lastLoss, validation: validated };
}
