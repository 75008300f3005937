import { fuzzAtLength } from '@prismamba/testing/fuzz';
import { it } from 'vitest';
import { fuzzedReaders } from './testing/fuzz-readers.js';
it.each(Object.entries(fuzzedReaders))('%s', fuzzAtLength, 3_600_000);
