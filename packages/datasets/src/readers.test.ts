import { fuzzReader } from '@prismamba/testing/fuzz';
import { it } from 'vitest';
import { checkSpellings, checkSplits, fuzzedReaders } from './testing/fuzz-readers.js';

// The fixed corpus: the same files in every run. `npm run test:fuzz` has 20,000 new ones a reader.
it.each(Object.entries(fuzzedReaders))(
  '%s: 100 mutated files are read or refused with their name',
  (_, reader) => fuzzReader(reader, 100, 1),
);

it('camera CSV in every spelling, and splits of any names, are read as written', () => {
  checkSpellings(100, 1);
  checkSplits(100, 1);
});
