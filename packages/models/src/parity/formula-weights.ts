import type { NdArray } from '@prismamba/formats';
import { fanIn } from '../initializers/initializers.js';
import { sizeOf, type StateEntry } from '../state-dict/state-entry.js';

/** Values are uniform in [center - amplitude, center + amplitude). */
export interface FormulaRange {
  readonly center: number;
  readonly amplitude: number;
}

/** How a model's golden weights are computed (`golden/README.md`, "Formula weights"). */
export interface FormulaSpec {
  readonly seed: number;
  /** Gain g of the weights with two or more dimensions. */
  readonly gain: number;
  /** Ranges by the end of the official name, before the general rules. */
  readonly overrides?: readonly (readonly [
    ending: string,
    range: FormulaRange | ((shape: readonly number[]) => FormulaRange),
  ])[];
}

/** Center and amplitude of one entry; the first match wins. */
export function formulaRange(entry: StateEntry, spec: FormulaSpec): FormulaRange {
  const { official, shape } = entry;
  for (const [ending, range] of spec.overrides ?? []) {
    if (official.endsWith(ending)) return typeof range === 'function' ? range(shape) : range;
  }
  if (official.endsWith('running_var')) return { center: 1, amplitude: 0.3 };
  if (official.endsWith('running_mean')) return { center: 0, amplitude: 0.1 };
  if (shape.length >= 2) return { center: 0, amplitude: spec.gain * Math.sqrt(3 / fanIn(shape)) };
  if (shape.length === 1 && official.endsWith('weight')) {
    return shape[0] === 1 ? { center: 0.25, amplitude: 0.1 } : { center: 1, amplitude: 0.2 };
  }
  return { center: 0, amplitude: 0.1 };
}

/**
 * Value i of entry k: a 32-bit mixing hash of (i, k, seed), as u in [-1, 1), then center + amplitude u rounded
 * to float32. All products and sums are modulo 2^32.
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

/** The golden weights of a model without a `weights.pth`; entries that we do not keep (counters) are left out. */
export function formulaWeights(entries: readonly StateEntry[], spec: FormulaSpec): Map<string, NdArray> {
  const weights = new Map<string, NdArray>();
  entries.forEach((entry, k) => {
    if (entry.ours === undefined) return;
    const data = formulaValues(sizeOf(entry.shape), k, spec.seed, formulaRange(entry, spec));
    weights.set(entry.official, { dtype: 'float32', shape: entry.shape, data });
  });
  return weights;
}

interface WeightCheck {
  readonly k: number;
  readonly center: number;
  readonly amplitude: number;
  readonly first3: readonly number[];
  readonly last: number;
  readonly sum: number;
}

/**
 * Compares generated weights with a golden folder's `weights_check.json`: position, range, first three and
 * last value (to the bit) and sum (1e-9 of the sum of absolute values).
 *
 * @returns how many entries were compared. @throws on the first entry that differs, or is not there.
 */
export function verifyFormulaWeights(
  json: string,
  entries: readonly StateEntry[],
  spec: FormulaSpec,
  weights: ReadonlyMap<string, NdArray>,
): number {
  const file = JSON.parse(json) as { seed: number; params: Record<string, WeightCheck> };
  const fail = (name: string, what: string, got: unknown, wanted: unknown): never => {
    throw new Error(`weights_check.json: ${name}: ${what} is ${String(got)}, wanted ${String(wanted)}`);
  };
  if (file.seed !== spec.seed) fail('seed', 'seed', spec.seed, file.seed);
  const position = new Map(entries.map((entry, k) => [entry.official, k]));
  let compared = 0;
  for (const [name, check] of Object.entries(file.params)) {
    const k = position.get(name);
    if (k === undefined || k !== check.k) fail(name, 'position', k, check.k);
    const entry = entries[check.k]!;
    if (entry.ours === undefined) continue;
    const range = formulaRange(entry, spec);
    if (range.center !== check.center) fail(name, 'center', range.center, check.center);
    if (Math.abs(range.amplitude - check.amplitude) > 1e-12)
      fail(name, 'amplitude', range.amplitude, check.amplitude);
    const values = weights.get(name)!.data as Float32Array;
    check.first3.forEach((value, i) => {
      if (values[i] !== value) fail(name, `value ${i}`, values[i], value);
    });
    if (values[values.length - 1] !== check.last)
      fail(name, 'last value', values[values.length - 1], check.last);
    let sum = 0;
    let absolute = 0;
    for (const v of values) {
      sum += v;
      absolute += Math.abs(v);
    }
    if (Math.abs(sum - check.sum) > 1e-9 * absolute) fail(name, 'sum', sum, check.sum);
    compared++;
  }
  if (compared === 0) throw new Error('weights_check.json: names no entry');
  return compared;
}
