import { toFloat64 } from '@prismamba/formats';
import { expectClose, readGolden } from '@prismamba/testing';
import { describe, expect, it } from 'vitest';
import { constantSchedule } from './constant-schedule.js';
import { cosineSchedule } from './cosine-schedule.js';
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
  it('refuses a minimum above the rate', () => {
    expect(() => cosineSchedule({ learningRate: 1, period: 5, minimum: 2 })).toThrow('minimum is 2');
  });
});

describe('constantSchedule', () => {
  it('is constant', () => expect(constantSchedule(0.5)(1e6)).toBe(0.5));
});
