import { fuzzAtLength, fuzzLane } from '@prismamba/testing/fuzz';
import { it } from 'vitest';
import { checkSpellings, checkSplits, fuzzedReaders } from './testing/fuzz-readers.js';

it.each(Object.entries(fuzzedReaders))('%s', fuzzAtLength, 3_600_000);

it.each([
  ['camera CSV in every spelling', checkSpellings],
  ['splits of any names', checkSplits],
])(
  '%s',
  (name, check) => {
    check(fuzzLane.cases, fuzzLane.seed);
    process.stdout.write(
      `${name}: ${String(fuzzLane.cases)} files read as written, seed ${String(fuzzLane.seed)}\n`,
    );
  },
  3_600_000,
);
