import { requirePositive, type Schedule } from './schedule.js';

export interface OneCycleScheduleOptions {
  /** The highest rate. */
  readonly learningRate: number;
  /** Steps of the run. */
  readonly steps: number;
  /** Part of the run in which the rate rises; 0.3 unless stated. */
  readonly rise?: number;
  /** The first rate is learningRate / initialDivisor; 25 unless stated. */
  readonly initialDivisor?: number;
  /** The last rate is the first one / finalDivisor; 1e4 unless stated. */
  readonly finalDivisor?: number;
}

/**
 * One rise and one fall, both half a cosine, as `torch.optim.lr_scheduler.OneCycleLR` computes them
 * (Smith and Topin, Super-Convergence, 2018): the peak is at step rise * steps - 1, the end at steps - 1.
 */
export function oneCycleSchedule({
  learningRate,
  steps,
  rise = 0.3,
  initialDivisor = 25,
  finalDivisor = 1e4,
}: OneCycleScheduleOptions): Schedule {
  requirePositive('oneCycleSchedule', 'learningRate', learningRate);
  requirePositive('oneCycleSchedule', 'steps', steps);
  requirePositive('oneCycleSchedule', 'initialDivisor', initialDivisor);
  requirePositive('oneCycleSchedule', 'finalDivisor', finalDivisor);
  if (!(rise > 0 && rise < 1))
    throw new RangeError(`oneCycleSchedule: rise is ${rise}, wanted above 0, below 1`);
  const first = learningRate / initialDivisor;
  const last = first / finalDivisor;
  const peak = rise * steps - 1;
  const end = steps - 1;
  const between = (from: number, to: number, part: number) =>
    to + ((from - to) * (1 + Math.cos(Math.PI * part))) / 2;
  return (step) => {
    if (step >= end) return last;
    if (step <= peak) return between(first, learningRate, step / peak);
    return between(learningRate, last, (step - peak) / (end - peak));
  };
}
