import fc from 'fast-check';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A reader that is given mutated files. */
export interface FuzzedReader {
  /** Well-formed files that are mutated. */
  readonly seeds: readonly Uint8Array[];
  readonly read: (bytes: Uint8Array, folder: string) => unknown;
  /** Makes checksums true again, so that what lies behind them is reached. */
  readonly repair?: (bytes: Uint8Array) => Uint8Array;
  /** What the format has a meaning for, put somewhere into a file. */
  readonly tokens?: readonly string[];
  /** Lets the errors pass that a reader may throw; every other one is what is looked for. */
  readonly allow: (error: unknown) => void;
}

/** Folder in which a reader's files are: errors that name their file name it. */
export const FUZZ_FOLDER = 'prismamba-fuzz-';

const place = fc.double({ min: 0, max: 1, noNaN: true });

/** One change of a file: what real damage and what an attacker does. */
const edits = (tokens: readonly string[]) =>
  fc.oneof(
    fc.record({ kind: fc.constant('bit' as const), at: place, bit: fc.nat(7) }),
    fc.record({
      kind: fc.constant('bytes' as const),
      at: place,
      // Sizes and offsets that are 0, negative, just too large, or claim everything.
      value: fc.constantFrom(
        ...[0n, 1n, 0x7fn, 0x80n, 0xffn, 0xffffn, 0x7fffffffn, 0x80000000n, 0xffffffffn],
        ...[2n ** 53n, 2n ** 64n - 1n],
      ),
      width: fc.constantFrom(1, 2, 4, 8),
      big: fc.boolean(),
    }),
    fc.record({
      kind: fc.constantFrom('cut' as const, 'remove' as const, 'repeat' as const),
      at: place,
      length: fc.integer({ min: 1, max: 64 }),
    }),
    // More often than the others: without it, a text is soon no text of its format.
    ...Array.from({ length: tokens.length === 0 ? 0 : 4 }, () =>
      fc.record({ kind: fc.constant('insert' as const), at: place, text: fc.constantFrom(...tokens) }),
    ),
  );
type Edit = ReturnType<typeof edits> extends fc.Arbitrary<infer E> ? E : never;

function apply(bytes: Uint8Array, change: Edit): Uint8Array {
  const at = Math.min(bytes.length - 1, Math.floor(change.at * bytes.length));
  if (bytes.length === 0) return bytes;
  const copy = bytes.slice();
  switch (change.kind) {
    case 'bit':
      copy[at]! ^= 1 << change.bit;
      return copy;
    case 'bytes':
      for (let i = 0; i < change.width && at + i < copy.length; i++) {
        const shift = BigInt(8 * (change.big ? change.width - 1 - i : i));
        copy[at + i] = Number((change.value >> shift) & 0xffn);
      }
      return copy;
    case 'cut':
      return copy.subarray(0, at);
    case 'remove':
      return Uint8Array.from([...copy.subarray(0, at), ...copy.subarray(at + change.length)]);
    case 'repeat':
      return Uint8Array.from([...copy.subarray(0, at + change.length), ...copy.subarray(at)]);
    case 'insert':
      return Uint8Array.from([
        ...copy.subarray(0, at),
        ...new TextEncoder().encode(change.text),
        ...copy.subarray(at),
      ]);
  }
}

/**
 * Gives a reader `cases` mutated files: each must be read, or refused by an error that it allows. A failure is shrunk to the fewest
 * edits and printed with its seed.
 */
export async function fuzzReader(reader: FuzzedReader, cases: number, seed: number): Promise<void> {
  const { seeds, read, allow, tokens = [], repair = (bytes) => bytes } = reader;
  const folder = mkdtempSync(join(tmpdir(), FUZZ_FOLDER));
  try {
    const property = fc.asyncProperty(
      fc.nat(seeds.length - 1),
      fc.array(edits(tokens), { minLength: 1, maxLength: 5 }),
      fc.boolean(),
      async (chosen, changes, repaired) => {
        const mutated = changes.reduce(apply, seeds[chosen]!);
        try {
          await read(repaired ? repair(mutated) : mutated, folder);
        } catch (error) {
          allow(error);
        }
      },
    );
    await fc.assert(property, { numRuns: cases, seed });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Number of cases and seed of `npm run test:fuzz`. */
export const fuzzLane = {
  cases: Number(process.env['PRISMAMBA_FUZZ_CASES'] ?? 20_000),
  seed: Number(process.env['PRISMAMBA_FUZZ_SEED'] ?? Date.now() % 2 ** 31),
};

/** As {@link fuzzReader}, as often as the lane wants; prints what was tried. */
export async function fuzzAtLength(name: string, reader: FuzzedReader): Promise<void> {
  const { cases, seed } = fuzzLane;
  await fuzzReader(reader, cases, seed);
  const peak = (process.resourceUsage().maxRSS / 1024).toFixed(0);
  process.stdout.write(
    `${name}: ${String(cases)} mutated files, seed ${String(seed)}, peak memory of the process ${peak} MB\n`,
  );
}
