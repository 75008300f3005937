import { requirePositive, type Schedule } from './schedule.js';

export interface PolynomialScheduleOptions {
  /** lr_0, the rate of step 0. */
  readonly learningRate: number;
  /**
   * The step at which the rate would reach 0. GMSR-Net's code says 1e8, which keeps the rate practically constant;
   * its text says "decay", so the number of steps of the run is the other reading.
   */
  readonly maxSteps: number;
  /** Exponent; GMSR-Net: 1.5. */
  readonly power?: number;
}

/** lr_t = lr_0 (1 - t / maxSteps)^power, and 0 from maxSteps on (GMSR-Net, section IV). */
export function polynomialSchedule({
  learningRate,
  maxSteps,
  power = 1.5,
}: PolynomialScheduleOptions): Schedule {
  requirePositive('polynomialSchedule', 'learningRate', learningRate);
  requirePositive('polynomialSchedule', 'maxSteps', maxSteps);
  requirePositive('polynomialSchedule', 'power', power);
  return (step) => learningRate * Math.pow(Math.max(0, 1 - step / maxSteps), power);
}
