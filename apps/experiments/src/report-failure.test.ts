import { CommanderError } from 'commander';
import { expect, it } from 'vitest';
import { reportFailure } from './report-failure.js';

const run = (error: unknown, debug = false) => {
  let text = '';
  const code = reportFailure(error, { write: (part) => (text += part), debug });
  return { code, text };
};

it('shows messages for the user without a stack, our own mistakes with one', () => {
  expect(run(new Error('no such folder'))).toEqual({ code: 1, text: 'error: no such folder\n' });
  expect(run('odd')).toEqual({ code: 1, text: 'error: odd\n' });
  expect(run(new TypeError('x is undefined')).text).toMatch(
    /^error: TypeError: x is undefined\n +at .*please report/s,
  );
  expect(run(new Error('no such folder'), true).text).toMatch(/^ +at /m);
  expect(run(new CommanderError(0, 'commander.help', ''))).toEqual({ code: 0, text: '' });
  expect(run(new CommanderError(2, 'commander.unknownOption', '')).code).toBe(2);
});
