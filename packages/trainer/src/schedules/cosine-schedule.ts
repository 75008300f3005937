import { requirePositive, type Schedule } from './schedule.js';

export interface CosineScheduleOptions {
  /** lr_0, the rate of step 0. */
  readonly learningRate: number;
  /** T: half a period of the cosine in steps. After T the rate rises again, as PyTorch's does. */
  readonly period: number;
  /** eta_min, the rate at step T; AGD-Net 1e-5, MST++ 1e-6. */
  readonly minimum?: number;
}

/** lr_t = eta_min + (lr_0 - eta_min)(1 + cos(pi t / T)) / 2 (`CosineAnnealingLR`). */
export function cosineSchedule({ learningRate, period, minimum = 0 }: CosineScheduleOptions): Schedule {
  requirePositive('cosineSchedule', 'learningRate', learningRate);
  requirePositive('cosineSchedule', 'period', period);
  if (!(minimum >= 0 && minimum <= learningRate)) {
    throw new RangeError(`cosineSchedule: minimum is ${minimum}, wanted 0 to learningRate (${learningRate})`);
  }
  return (step) => minimum + ((learningRate - minimum) * (1 + Math.cos((Math.PI * step) / period))) / 2;
}
