import { fuzzReader } from '@prismamba/testing/fuzz';
import { expect, it } from 'vitest';
import { fuzzedReaders } from './testing/fuzz-readers.js';
// The fixed corpus: the same mutated files in every run. `npm run test:fuzz` has 20,000 new ones a reader.
it.each(Object.entries(fuzzedReaders))('%s: 300 mutated files are read or refused with their name', async (_, reader) => {
    await fuzzReader(reader, 300, 1);
    expect(reader.seeds.length).toBeGreaterThan(0);
});
