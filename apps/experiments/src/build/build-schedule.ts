import {
  constantSchedule,
  cosineRestartsSchedule,
  cosineSchedule,
  oneCycleSchedule,
  polynomialSchedule,
  withWarmUp,
  type Schedule,
} from '@prismamba/trainer';
import { toSteps } from '../config/duration.js';
import type { TrainingConfig } from '../config/training-schema.js';

/** The learning rate by step, of a run of `steps` steps. */
export function buildSchedule({ schedule }: TrainingConfig, steps: number, stepsPerEpoch: number): Schedule {
  const { warm_up: warmUp } = schedule;
  const rate = baseSchedule(schedule, steps, stepsPerEpoch);
  return warmUp === undefined ? rate : withWarmUp(rate, { steps: toSteps(warmUp, stepsPerEpoch) });
}

function baseSchedule(schedule: TrainingConfig['schedule'], steps: number, stepsPerEpoch: number): Schedule {
  const { learning_rate: learningRate, power, minimum, factor, rise } = schedule;
  const length = schedule.length === undefined ? steps : toSteps(schedule.length, stepsPerEpoch);
  switch (schedule.name) {
    case 'constant':
      return constantSchedule(learningRate);
    case 'polynomial':
      return polynomialSchedule({ learningRate, maxSteps: length, power });
    case 'cosine':
      return cosineSchedule({ learningRate, period: length, minimum });
    case 'cosine-restarts':
      return cosineRestartsSchedule({ learningRate, period: length, factor, minimum });
    case 'one-cycle':
      return oneCycleSchedule({ learningRate, steps, rise });
  }
}
