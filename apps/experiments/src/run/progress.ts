import type { StepRecord } from '@prismamba/trainer';
import { SingleBar } from 'cli-progress';

export interface TrainingProgress {
  update(record: StepRecord): void;
  /** Shows the latest value of the validation metric. */
  validated(metric: string, value: number, isBest: boolean): void;
  stop(): void;
}

/** A progress bar on a terminal; now and then a line where the output is a file. */
export function trainingProgress(steps: number, startStep = 0): TrainingProgress {
  const bar = new SingleBar({
    format:
      'training [{bar}] step {value}/{total} | loss {loss}{validation} | lr {rate} | {speed} patches/s | ETA {eta_formatted}',
    barsize: 24,
    hideCursor: true,
    noTTYOutput: true,
    notTTYSchedule: 15_000,
    etaBuffer: 20,
    stream: process.stderr,
    stopOnComplete: false,
    gracefulExit: false,
  });
  bar.start(steps, startStep, { loss: '-', rate: '-', speed: '-', validation: '' });
  let validation = '';
  // The mean over the last steps: one step alone is noise.
  let loss: number | undefined;
  let speed: number | undefined;
  const smooth = (mean: number | undefined, value: number) =>
    mean === undefined ? value : 0.9 * mean + 0.1 * value;
  return {
    update(record) {
      loss = smooth(loss, record.loss);
      speed = smooth(speed, record.patchesPerSecond);
      bar.update(record.step, {
        loss: loss.toFixed(5),
        rate: record.learningRate.toExponential(2),
        speed: speed.toFixed(1),
        validation,
      });
    },
    validated(metric, value, isBest) {
      validation = ` | ${metric} ${value.toFixed(3)}${isBest ? ' (best)' : ''}`;
    },
    stop: () => bar.stop(),
  };
}

/** A bar whose total is known when the first thing is done. */
export function taskProgress(label: string): { update(done: number, total: number): void; stop(): void } {
  let bar: SingleBar | undefined;
  return {
    update(done, total) {
      if (bar === undefined) {
        bar = new SingleBar({
          format: `${label} [{bar}] {value}/{total} | ETA {eta_formatted}`,
          barsize: 24,
          hideCursor: true,
          noTTYOutput: true,
          notTTYSchedule: 15_000,
          stream: process.stderr,
          gracefulExit: false,
        });
        bar.start(total, done);
      }
      bar.setTotal(total);
      bar.update(done);
    },
    stop: () => bar?.stop(),
  };
}

/** A plain bar over a known number of things, such as scenes. */
export function countProgress(label: string, total: number): { next(): void; stop(): void } {
  const progress = taskProgress(label);
  let done = 0;
  progress.update(done, total);
  return { next: () => progress.update(++done, total), stop: () => progress.stop() };
}

/** A bar that learns how many windows there are when the first one is done. */
export function predictionProgress(): (progress: { readonly done: number; readonly total: number }) => void {
  const progress = taskProgress('reconstructing');
  return ({ done, total }) => {
    progress.update(done, total);
    if (done === total) progress.stop();
  };
}
