import { toFloat64 } from '@prismamba/formats';
import { expectClose, readGolden } from '@prismamba/testing';
import { describe, expect, it } from 'vitest';
import { constantSchedule } from './constant-schedule.js';
import { cosineSchedule } from './cosine-schedule.js';
import { cosineRestartsSchedule } from './cosine-restarts-schedule.js';
import { oneCycleSchedule } from './one-cycle-schedule.js';
import { withWarmUp } from './warm-up.js';
import { polynomialSchedule } from './polynomial-schedule.js';

const golden = readGolden('ops/adam_lr.npz');
const values = (name: string) => toFloat64(golden.get(name)!);

describe('polynomialSchedule', () => {
  it.each([
    ['poly_lr_gmsr_init1e-4_max1e8_pow1.5', 1e8],
    ['poly_lr_init1e-4_max1e6_pow1.5', 1e6],
  ])('%s', (name, maxSteps) => {
    const schedule = polynomialSchedule({ learningRate: 1e-4, maxSteps });
    expectClose([...values('poly_iter')].map(schedule), values(name), { rtol: 1e-12, atol: 0 });
  });
  it('ends at 0 and stays there', () => {
    const schedule = polynomialSchedule({ learningRate: 1, maxSteps: 10, power: 2 });
    expect([schedule(0), schedule(5), schedule(10), schedule(11)]).toEqual([1, 0.25, 0, 0]);
  });
  it('refuses a rate of 0', () => {
    expect(() => polynomialSchedule({ learningRate: 0, maxSteps: 1 })).toThrow('learningRate is 0');
  });
});

describe('cosineSchedule', () => {
  it('equals CosineAnnealingLR, also after its period', () => {
    const expected = values('cosine_lr_T500_init4e-4_eta1e-6');
    expect(expected.length).toBe(520);
    const schedule = cosineSchedule({ learningRate: 4e-4, period: 500, minimum: 1e-6 });
    expectClose([...expected.keys()].map(schedule), expected, { rtol: 1e-12, atol: 1e-18 });
  });
  it('falls to 0 unless told', () => {
    const schedule = cosineSchedule({ learningRate: 2, period: 4 });
    expectClose([0, 2, 4].map(schedule), [2, 1, 0], { rtol: 1e-12, atol: 1e-12 });
  });
  it('refuses a minimum above the rate', () => {
    expect(() => cosineSchedule({ learningRate: 1, period: 5, minimum: 2 })).toThrow('minimum is 2');
  });
});

describe('constantSchedule', () => {
  it('is constant', () => expect(constantSchedule(0.5)(1e6)).toBe(0.5));
});

describe('cosineRestartsSchedule', () => {
  it('is a cosine in each cycle, and cycles grow by the factor', () => {
    const schedule = cosineRestartsSchedule({ learningRate: 1, period: 4, factor: 2, minimum: 0.1 });
    const inCycle = (part: number) => 0.1 + (0.9 * (1 + Math.cos(Math.PI * part))) / 2;
    const wanted = [0, 1 / 4, 2 / 4, 3 / 4, 0, 1 / 8, 2 / 8, 3 / 8, 4 / 8, 5 / 8, 6 / 8, 7 / 8, 0].map(
      inCycle,
    );
    expectClose([...wanted.keys()].map(schedule), wanted, { rtol: 1e-12, atol: 0 });
  });
  it('refuses a factor below 1', () => {
    const options = { learningRate: 1, period: 4, factor: 0.5 };
    expect(() => cosineRestartsSchedule(options)).toThrow('factor is 0.5');
    for (const minimum of [-0.1, 1.1, NaN])
      expect(() => cosineRestartsSchedule({ learningRate: 1, period: 4, minimum })).toThrow(
        `minimum is ${minimum}, wanted 0 to learningRate (1)`,
      );
  });
});

describe('oneCycleSchedule', () => {
  // torch.optim.lr_scheduler.OneCycleLR(max_lr=1, total_steps=10): its formulas, evaluated by hand for steps 0 to 9
  it('rises to the peak at 0.3 of the steps less one, falls to the end', () => {
    const schedule = oneCycleSchedule({ learningRate: 1, steps: 10 });
    const between = (a: number, b: number, part: number) =>
      b + ((a - b) / 2) * (1 + Math.cos(Math.PI * part));
    const wanted = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9].map((t) =>
      t <= 2 ? between(0.04, 1, t / 2) : between(1, 4e-6, (t - 2) / 7),
    );
    expectClose([...wanted.keys()].map(schedule), wanted, { rtol: 1e-12, atol: 1e-18 });
    expect([schedule(2), schedule(9), schedule(50)]).toEqual([1, 4e-6, 4e-6]);
  });
});

describe('withWarmUp', () => {
  it('scales the first steps only, from `start` upwards', () => {
    const schedule = withWarmUp(polynomialSchedule({ learningRate: 1, maxSteps: 10, power: 1 }), {
      steps: 4,
    });
    expectClose([0, 1, 2, 3, 4, 5].map(schedule), [0.25, 0.45, 0.6, 0.7, 0.6, 0.5], { rtol: 1e-12, atol: 0 });
    const half = withWarmUp(constantSchedule(1), { steps: 2, start: 0.5 });
    expect([half(0), half(1), half(2)]).toEqual([0.75, 1, 1]);
  });
});

describe('settings at their limits', () => {
  const rates = (schedule: (step: number) => number) => [0, 1, 2, 3, 4].map(schedule);
  it('a minimum that is the rate is a constant rate', () => {
    for (const make of [cosineSchedule, cosineRestartsSchedule])
      expect(rates(make({ learningRate: 2, period: 3, minimum: 2 }))).toEqual([2, 2, 2, 2, 2]);
  });
  it('restarts have equal cycles that fall to 0 unless told', () => {
    const schedule = cosineRestartsSchedule({ learningRate: 2, period: 2 });
    expectClose(rates(schedule), [2, 1, 2, 1, 2], { rtol: 1e-12, atol: 1e-12 });
  });
  it('one cycle with a rise and divisors of its own', () => {
    const schedule = oneCycleSchedule({
      learningRate: 8,
      steps: 6,
      rise: 0.5,
      initialDivisor: 4,
      finalDivisor: 10,
    });
    // From 2 to 8 in steps 0 to 2, to 0.2 in steps 2 to 5: a cosine has fallen by a quarter after a third.
    expectClose([...rates(schedule), schedule(5)], [2, 5, 8, 0.2 + 7.8 * 0.75, 0.2 + 7.8 * 0.25, 0.2], {
      rtol: 1e-12,
      atol: 0,
    });
  });
  it('a warm-up that starts at the whole rate is none', () => {
    expect(rates(withWarmUp(constantSchedule(0.5), { steps: 3, start: 1 }))).toEqual([
      0.5, 0.5, 0.5, 0.5, 0.5,
    ]);
  });
  it.each([
    ['cosineSchedule: learningRate is 0', () => cosineSchedule({ learningRate: 0, period: 1 })],
    ['cosineSchedule: period is 0', () => cosineSchedule({ learningRate: 1, period: 0 })],
    ['cosineSchedule: minimum is -1', () => cosineSchedule({ learningRate: 1, period: 1, minimum: -1 })],
    ['cosineRestartsSchedule: period is 0', () => cosineRestartsSchedule({ learningRate: 1, period: 0 })],
    [
      'cosineRestartsSchedule: learningRate is 0',
      () => cosineRestartsSchedule({ learningRate: 0, period: 1 }),
    ],
    ['oneCycleSchedule: learningRate is 0', () => oneCycleSchedule({ learningRate: 0, steps: 9 })],
    ['oneCycleSchedule: steps is 0', () => oneCycleSchedule({ learningRate: 1, steps: 0 })],
    ['oneCycleSchedule: rise is 0', () => oneCycleSchedule({ learningRate: 1, steps: 9, rise: 0 })],
    ['oneCycleSchedule: rise is 1', () => oneCycleSchedule({ learningRate: 1, steps: 9, rise: 1 })],
    ['initialDivisor is 0', () => oneCycleSchedule({ learningRate: 1, steps: 9, initialDivisor: 0 })],
    ['finalDivisor is 0', () => oneCycleSchedule({ learningRate: 1, steps: 9, finalDivisor: 0 })],
    ['polynomialSchedule: maxSteps is 0', () => polynomialSchedule({ learningRate: 1, maxSteps: 0 })],
    ['polynomialSchedule: power is 0', () => polynomialSchedule({ learningRate: 1, maxSteps: 1, power: 0 })],
    ['withWarmUp: steps is 0', () => withWarmUp(constantSchedule(1), { steps: 0 })],
    ['withWarmUp: start is -1', () => withWarmUp(constantSchedule(1), { steps: 1, start: -1 })],
    ['withWarmUp: start is 2', () => withWarmUp(constantSchedule(1), { steps: 1, start: 2 })],
    ['constantSchedule: learningRate is 0', () => constantSchedule(0)],
  ])('%s: refused', (message, make) => expect(make).toThrow(message));
});
