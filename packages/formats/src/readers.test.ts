import { expect, it } from 'vitest';
import { fuzzedReaders, fuzzReader } from './testing/fuzz-readers.js';

// The fixed corpus: the same mutated files in every run. `npm run test:fuzz` has 20,000 new ones a reader.
it.each(Object.keys(fuzzedReaders))(
  '%s: 300 mutated files are read or refused with their name',
  async (name) => {
    await fuzzReader(name, 300, 1);
    expect(fuzzedReaders[name]!.seeds.length).toBeGreaterThan(0);
  },
);
