import { expect, it } from 'vitest';
import { NonFiniteLossError } from './training-errors.js';

const failure = { step: 3, loss: NaN, lastCheckpoint: undefined, learningRate: 0.1 };
const messageOf = (count: number) =>
  new NonFiniteLossError({
    ...failure,
    patches: Array.from({ length: count }, (_, row) => ({ scene: 'a', row, column: 2 })),
  }).message;

it('names the patches of the batch, eight at most, and how many more there are', () => {
  expect(messageOf(0)).not.toContain('The batch');
  expect(messageOf(1)).toMatch(/ The batch: a \(row 0, column 2\)\.$/);
  expect(messageOf(8)).toMatch(/a \(row 7, column 2\)\.$/);
  expect(messageOf(10)).toMatch(/a \(row 7, column 2\), and 2 more\.$/);
});
