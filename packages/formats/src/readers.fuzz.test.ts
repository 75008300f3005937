import { it } from 'vitest';
import { fuzzedReaders, fuzzReader } from './testing/fuzz-readers.js';

const cases = Number(process.env['PRISMAMBA_FUZZ_CASES'] ?? 20_000);
const seed = Number(process.env['PRISMAMBA_FUZZ_SEED'] ?? Date.now() % 2 ** 31);

it.each(Object.keys(fuzzedReaders))(
  '%s',
  async (name) => {
    // libhdf5 leaves a little of every damaged file in its WebAssembly memory, which is full after about 14,000 in one process.
    const tried = name.includes('HDF5') ? Math.min(cases, 10_000) : cases;
    await fuzzReader(name, tried, seed);
    const peak = (process.resourceUsage().maxRSS / 1024).toFixed(0);
    process.stdout.write(
      `${name}: ${String(tried)} mutated files, seed ${String(seed)}, peak memory of the process ${peak} MB\n`,
    );
  },
  3_600_000,
);
