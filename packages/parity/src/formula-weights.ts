import type { NdArray } from '@prismamba/formats';
import { sizeOf, type StateEntry } from '@prismamba/models/internal';
import { z } from 'zod';

/** Values are uniform in [center - amplitude, center + amplitude). */
export interface FormulaRange {
  readonly center: number;
  readonly amplitude: number;
}

/**
 * Value i of entry k: a 32-bit mixing hash of (i, k, seed), as u in [-1, 1), then center + amplitude u rounded
 * to float32. All products and sums are modulo 2^32 (`golden/README.md`, "Formula weights").
 */
export function formulaValues(size: number, k: number, seed: number, range: FormulaRange): Float32Array {
  const out = new Float32Array(size);
  const offset = (Math.imul(k + 1, 2246822519) + Math.imul(seed, 3266489917)) >>> 0;
  for (let i = 0; i < size; i++) {
    let h = (Math.imul(i, 2654435761) + offset) >>> 0;
    h = Math.imul(h ^ (h >>> 15), 2246822519);
    h = Math.imul(h ^ (h >>> 13), 3266489917);
    h = (h ^ (h >>> 16)) >>> 0;
    out[i] = range.center + range.amplitude * ((h + 0.5) / 2147483648 - 1);
  }
  return out;
}

const FILE = 'weights_check.json';

const entryCheck = z.object({
  k: z.int().min(0),
  center: z.number(),
  amplitude: z.number().min(0),
  first3: z.array(z.number()).min(1).max(3),
  last: z.number(),
  sum: z.number(),
});
const weightsCheck = z.object({ seed: z.int(), params: z.record(z.string(), entryCheck) });

/** What `weights_check.json` says of one entry: position, range, first values, last value and sum. */
export type EntryCheck = z.infer<typeof entryCheck>;
/** A parsed `weights_check.json`: the seed and every entry of the state dictionary by its official name. */
export type WeightsCheck = z.infer<typeof weightsCheck>;

/** Parses a `weights_check.json`. @throws Error naming the field that is missing or of the wrong kind. */
export function parseWeightsCheck(json: string): WeightsCheck {
  let value: unknown;
  try {
    value = JSON.parse(json);
  } catch (error) {
    throw new Error(`${FILE}: is no JSON: ${error instanceof Error ? error.message : String(error)}`);
  }
  const result = weightsCheck.safeParse(value);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  throw new Error(`${FILE}: ${issue!.path.join('.')}: ${issue!.message}`);
}

function fail(name: string, what: string, got: unknown, wanted: unknown): never {
  throw new Error(`${FILE}: ${name}: ${what} is ${String(got)}, wanted ${String(wanted)}`);
}

/** @throws where the values are not those of the file: first and last to the bit, the sum to 1e-9 of the absolute sum. */
function compareValues(name: string, values: Float32Array, check: EntryCheck): void {
  check.first3.forEach((value, i) => {
    if (values[i] !== value) fail(name, `value ${i}`, values[i], value);
  });
  const last = values[values.length - 1];
  if (last !== check.last) fail(name, 'last value', last, check.last);
  let sum = 0;
  let absolute = 0;
  for (const v of values) {
    sum += v;
    absolute += Math.abs(v);
  }
  if (Math.abs(sum - check.sum) > 1e-9 * absolute) fail(name, 'sum', sum, check.sum);
}

/**
 * The weights of a golden folder without a `weights.pth`: seed, position, center and amplitude of every entry are those
 * of its `weights_check.json`, so that a folder of any seed and of any ranges works. Entries that we do not keep
 * (counters) are left out.
 *
 * @throws Error on the first entry that the file lacks, or whose computed values differ from those that it lists; and on an
 * entry of the file that the network does not have.
 */
export function formulaWeights(
  entries: readonly StateEntry[],
  { seed, params }: WeightsCheck,
): Map<string, NdArray> {
  const known = new Set(entries.map((entry) => entry.official));
  for (const name of Object.keys(params)) {
    if (!known.has(name)) throw new Error(`${FILE}: ${name}: the network has no such entry`);
  }
  const weights = new Map<string, NdArray>();
  for (const entry of entries) {
    const check = params[entry.official];
    if (entry.ours === undefined || (check === undefined && entry.kind === 'alias')) continue;
    if (check === undefined) throw new Error(`${FILE}: has no entry '${entry.official}' of the network`);
    const data = formulaValues(sizeOf(entry.shape), check.k, seed, check);
    compareValues(entry.official, data, check);
    weights.set(entry.official, { dtype: 'float32', shape: entry.shape, data });
  }
  return weights;
}
