import { setRandomState } from '@prismamba/core';
import type { BatchSource } from '../batches/batch-source.js';
import { captureCheckpoint, type Checkpoint } from '../checkpoint/checkpoint.js';
import type { Loss } from '../losses/loss.js';
import type { Model } from '../model.js';
import type { Optimizer } from '../optimizer/optimizer.js';
import type { Schedule } from '../schedules/schedule.js';
import { NonFiniteLossError } from './training-errors.js';
import { trainStep } from './train-step.js';

/** What is known after a step; `step` counts from 1. */
export interface StepRecord {
  readonly step: number;
  readonly steps: number;
  readonly epoch: number;
  /** Loss before the update. */
  readonly loss: number;
  readonly learningRate: number;
  /** Patches trained on per second, over this step. */
  readonly patchesPerSecond: number;
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
  readonly outcome: 'finished' | 'interrupted';
  readonly lastCheckpoint: string | undefined;
  /** Loss of the last step, or undefined if no step was left to do. */
  readonly loss: number | undefined;
}

/** A turn of the event loop, so that signals, timers and finished reads are seen between steps. */
const nextTurn = () => new Promise<void>((resolve) => setTimeout(resolve, 0));

/**
 * Trains a model by gradient steps. Reads top to bottom: batch, step, stop at the first non-finite loss, report,
 * checkpoint. The same model, data, seed and backend give the same bits, whether or not the run was interrupted.
 *
 * @throws NonFiniteLossError at the first loss that is NaN or infinite, naming the step and the last good checkpoint.
 */
export async function train(options: TrainOptions): Promise<TrainResult> {
  const { model, loss, optimizer, schedule, batches, steps, seed, startStep = 0, signal } = options;
  const clock = options.clock ?? (() => performance.now());
  const { saveCheckpoint, checkpointEvery = Infinity } = options;
  let lastCheckpoint: string | undefined;
  let lastLoss: number | undefined;
  let step = startStep;

  const checkpoint = async () => {
    if (saveCheckpoint === undefined) return;
    const notes = options.notes ?? {};
    lastCheckpoint = await saveCheckpoint(await captureCheckpoint(model, optimizer, { step, seed, notes }));
  };

  // The next batch is read while the present one is computed.
  let upcoming = step < steps ? batches.batchAt(step) : undefined;
  while (step < steps && upcoming !== undefined) {
    const started = clock();
    // -- batch
    const batch = await upcoming;
    upcoming = step + 1 < steps ? batches.batchAt(step + 1) : undefined;
    // A failed read is reported where it is awaited, not as an unhandled rejection meanwhile.
    upcoming?.catch(() => undefined);
    // -- step
    const learningRate = schedule(step);
    setRandomState(model.layers, seed, step);
    lastLoss = await trainStep({ model, loss, optimizer, batch, learningRate, clipNorm: options.clipNorm });
    if (!Number.isFinite(lastLoss))
      throw new NonFiniteLossError(step + 1, lastLoss, lastCheckpoint, learningRate);
    step += 1;
    // -- report
    const seconds = Math.max((clock() - started) / 1000, 1e-9);
    await options.onStep?.({
      step,
      steps,
      epoch: Math.floor((step - 1) / batches.stepsPerEpoch),
      loss: lastLoss,
      learningRate,
      patchesPerSecond: batch.size / seconds,
    });
    // -- checkpoint, and leave if asked to
    await nextTurn();
    const interrupted = signal?.aborted === true && step < steps;
    if (interrupted || step === steps || step % checkpointEvery === 0) await checkpoint();
    if (interrupted) return { step, outcome: 'interrupted', lastCheckpoint, loss: lastLoss };
  }
  return { step, outcome: 'finished', lastCheckpoint, loss: lastLoss };
}
