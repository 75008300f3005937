import type { StepRecord } from '@prismamba/trainer';
import { ProgressBar } from './progress-bar.js';

export interface TrainingProgress {
  update(record: StepRecord): void;
  /** Shows the latest value of the validation metric. */
  validated(metric: string, value: number, isBest: boolean): void;
  stop(): void;
}

export function trainingProgress(steps: number, startStep = 0): TrainingProgress {
  const bar = new ProgressBar({ label: 'training', total: steps, start: startStep });
  let validation = '';
  // The mean over the last steps: one step alone is noise.
  let loss: number | undefined;
  let speed: number | undefined;
  const smooth = (mean: number | undefined, value: number) =>
    mean === undefined ? value : 0.9 * mean + 0.1 * value;
  return {
    update({ step, loss: now, learningRate, patchesPerSecond }) {
      loss = smooth(loss, now);
      speed = smooth(speed, patchesPerSecond);
      const rate = learningRate.toExponential(2);
      const text = ` | loss ${loss.toFixed(5)}${validation} | lr ${rate} | ${speed.toFixed(1)} patches/s`;
      bar.update(step, { text, extra: { loss } });
    },
    validated(metric, value, isBest) {
      validation = ` | ${metric} ${value.toFixed(3)}${isBest ? ' (best)' : ''}`;
    },
    stop: () => bar.stop(),
  };
}

/** A bar whose total is known when the first thing is done. */
export function taskProgress(label: string): { update(done: number, total: number): void; stop(): void } {
  let bar: ProgressBar | undefined;
  return {
    update(done, total) {
      bar ??= new ProgressBar({ label, total });
      bar.update(done, { total });
    },
    stop: () => bar?.stop(),
  };
}

/** A plain bar over a known number of things, such as scenes. */
export function countProgress(label: string, total: number): { next(): void; stop(): void } {
  const bar = new ProgressBar({ label, total });
  let done = 0;
  return { next: () => bar.update(++done), stop: () => bar.stop() };
}
