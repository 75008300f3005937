import { expect, it } from 'vitest';
import { csvOf } from './csv.js';

it('names every key once, quotes what needs it, leaves what a record lacks empty', () => {
  expect(
    csvOf([
      { a: 1, b: 'x, "y"' },
      { a: undefined, c: [1, 2] },
    ]),
  ).toBe('a,b,c\n1,"x, ""y""",\n,,"[1,2]"\n');
});
