import { expect, it } from 'vitest';
import { DatasetError, unknownNameMessage } from './dataset-error.js';

it('DatasetError is one class across copies of the module, and no other error', () => {
  const ofAnotherBundle = Object.assign(new Error('bad scene'), {
    [Symbol.for('@prismamba/datasets/DatasetError')]: true,
  });
  expect(ofAnotherBundle instanceof DatasetError).toBe(true);
  expect(new DatasetError('bad scene') instanceof DatasetError).toBe(true);
  expect(new Error('bad scene') instanceof DatasetError).toBe(false);
});

it('an unknown name brings the nearest one and a short list', () => {
  expect(unknownNameMessage('scene', 'baloons', ['beads', 'balloons'])).toBe(
    "unknown scene 'baloons', did you mean 'balloons'? Known: beads, balloons.",
  );
  expect(unknownNameMessage('scene', 'x', [])).toBe("unknown scene 'x', none is known");
});
