import { requirePositive, type Schedule } from './schedule.js';

export interface WarmUpOptions {
  /** Steps until the wrapped schedule takes over. */
  readonly steps: number;
  /** The first step's part of the rate, 0 to 1; 0 unless stated (the first step then has 1/steps of it). */
  readonly start?: number;
}

/**
 * A linear rise in front of a schedule: lr_t = schedule(t) (start + (1 - start)(t + 1) / steps) for t < steps. The wrapped
 * schedule counts from the run's first step, so that its end stays where it was.
 */
export function withWarmUp(schedule: Schedule, { steps, start = 0 }: WarmUpOptions): Schedule {
  requirePositive('withWarmUp', 'steps', steps);
  if (!(start >= 0 && start <= 1)) throw new RangeError(`withWarmUp: start is ${start}, wanted 0 to 1`);
  return (step) =>
    step >= steps ? schedule(step) : schedule(step) * (start + ((1 - start) * (step + 1)) / steps);
}
