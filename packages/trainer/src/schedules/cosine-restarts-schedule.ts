import { requirePositive, type Schedule } from './schedule.js';

export interface CosineRestartsScheduleOptions {
  /** lr_0, the rate at the start of each cycle. */
  readonly learningRate: number;
  /** T_0: length of the first cycle in steps. */
  readonly period: number;
  /** T_i = T_{i-1} factor; 1 unless stated. */
  readonly factor?: number;
  /** eta_min, the rate that each cycle falls towards. */
  readonly minimum?: number;
}

/**
 * lr = eta_min + (lr_0 - eta_min)(1 + cos(pi t_cur / T_i)) / 2, t_cur steps after the last restart
 * (Loshchilov and Hutter, SGDR, 2017; `CosineAnnealingWarmRestarts`).
 */
export function cosineRestartsSchedule({
  learningRate,
  period,
  factor = 1,
  minimum = 0,
}: CosineRestartsScheduleOptions): Schedule {
  requirePositive('cosineRestartsSchedule', 'learningRate', learningRate);
  requirePositive('cosineRestartsSchedule', 'period', period);
  if (!(factor >= 1)) {
    throw new RangeError(`cosineRestartsSchedule: factor is ${factor}, wanted 1 or more`);
  }
  if (!(minimum >= 0 && minimum <= learningRate)) {
    throw new RangeError(
      `cosineRestartsSchedule: minimum is ${minimum}, wanted 0 to learningRate (${learningRate})`,
    );
  }
  return (step) => {
    let begin = 0;
    let length = period;
    while (step - begin >= length) {
      begin += length;
      length *= factor;
    }
    const part = (step - begin) / length;
    return minimum + ((learningRate - minimum) * (1 + Math.cos(Math.PI * part))) / 2;
  };
}
