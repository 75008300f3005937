import { expect, it } from 'vitest';
import { divergenceWarning } from './divergence-warning.js';

function said(losses: readonly number[], lowest?: number): string[] {
  const lines: string[] = [];
  const look = divergenceWarning((text) => lines.push(text.trim()), lowest);
  losses.forEach((loss, i) => look({ step: i + 1, loss }));
  return lines;
}

it('says once, with step and numbers, that a loss has left what the run had reached', () => {
  expect(said([0.5, 0.02, 0.04, 2.5, 8e6])).toEqual([
    expect.stringMatching(
      /^warning: the loss of step 4 is 2\.50, more than 100 times the lowest one \(0\.0200\).*divergence_factor: 100/,
    ),
  ]);
});

it('says nothing of batches that are harder than others, and knows what a resumed run had reached', () => {
  expect(said([0.5, 0.02, 0.3, 1.9])).toEqual([]);
  expect(said([0.5], 0.001)).toHaveLength(1);
});
