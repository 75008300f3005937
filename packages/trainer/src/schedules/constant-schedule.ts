import { requirePositive, type Schedule } from './schedule.js';

/** The same rate at every step. */
export function constantSchedule(learningRate: number): Schedule {
  requirePositive('constantSchedule', 'learningRate', learningRate);
  return () => learningRate;
}
