import { uniformFloat64 } from 'pure-rand/distribution/uniformFloat64';
import { uniformInt } from 'pure-rand/distribution/uniformInt';
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';
import type { RandomGenerator } from 'pure-rand/types/RandomGenerator';

/**
 * A stream of random numbers as a value that is passed along: same seed, same numbers, on every machine.
 * Generator: xoroshiro128+ (pure-rand).
 */
export interface Random {
  /** Uniform in [0, 1). */
  uniform(): number;
  /** Uniform in [low, high). */
  between(low: number, high: number): number;
  /** Uniform integer in [low, high], both included. */
  integer(low: number, high: number): number;
  /** Normal with mean 0 and standard deviation 1 (Box-Muller). */
  normal(): number;
  /** Poisson with the given mean >= 0. */
  poisson(mean: number): number;
  /** One element of a non-empty list. */
  pick<T>(list: readonly T[]): T;
  /** Fisher-Yates, in place; returns the same array. */
  shuffle<T extends number[] | Uint32Array | Int32Array>(values: T): T;
  /** The generator's state, for a checkpoint. */
  state(): readonly number[];
}

/** 32-bit FNV-1a hash: turns a text (a scene name, a purpose) into seed material. */
export function hashText(text: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) {
    hash ^= text.charCodeAt(i);
    hash = Math.imul(hash, 0x01000193);
  }
  return hash | 0;
}

/** A seed for a purpose: mixes a seed with labels, so that streams of different purposes are independent. */
export function deriveSeed(seed: number, ...labels: readonly (string | number)[]): number {
  let mixed = seed | 0;
  for (const label of labels) {
    // murmur3 finaliser on the running seed xor the label's hash
    let h = mixed ^ (typeof label === 'number' ? Math.imul(label | 0, 0x9e3779b1) : hashText(label));
    h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
    h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
    mixed = (h ^ (h >>> 16)) | 0;
  }
  return mixed;
}

/** A seeded stream of random numbers; the seed is an integer. */
export function createRandom(seed: number): Random {
  if (!Number.isSafeInteger(seed)) {
    throw new RangeError(`createRandom: seed must be an integer, got ${seed}`);
  }
  const generator: RandomGenerator = xoroshiro128plus(seed | 0);
  let spare: number | undefined;
  const uniform = () => uniformFloat64(generator);
  const normal = () => {
    if (spare !== undefined) {
      const value = spare;
      spare = undefined;
      return value;
    }
    const radius = Math.sqrt(-2 * Math.log(1 - uniform())); // 1 - u lies in (0, 1]
    const angle = 2 * Math.PI * uniform();
    spare = radius * Math.sin(angle);
    return radius * Math.cos(angle);
  };
  return {
    uniform,
    between: (low, high) => low + (high - low) * uniform(),
    integer: (low, high) => uniformInt(generator, low, high),
    normal,
    poisson: (mean) => poisson(mean, uniform, normal),
    pick: (list) => {
      if (list.length === 0) throw new RangeError('Random.pick: the list is empty');
      return list[uniformInt(generator, 0, list.length - 1)]!;
    },
    shuffle: (values) => {
      for (let i = values.length - 1; i > 0; i--) {
        const j = uniformInt(generator, 0, i);
        const kept = values[i]!;
        values[i] = values[j]!;
        values[j] = kept;
      }
      return values;
    },
    state: () => generator.getState(),
  };
}

/**
 * Knuth's product method below a mean of 30; above it Hoermann's transformed rejection PTRS
 * (W. Hoermann, "The transformed rejection method for generating Poisson random variables", 1993).
 */
function poisson(mean: number, uniform: () => number, normal: () => number): number {
  if (!(mean >= 0)) throw new RangeError(`Random.poisson: mean must be >= 0, got ${mean}`);
  if (mean === 0) return 0;
  if (mean < 30) {
    const limit = Math.exp(-mean);
    let count = -1;
    for (let product = 1; product > limit; product *= uniform()) count++;
    return count;
  }
  if (mean > 1e9) return Math.max(0, Math.round(mean + Math.sqrt(mean) * normal()));
  const b = 0.931 + 2.53 * Math.sqrt(mean);
  const a = -0.059 + 0.02483 * b;
  const inverseAlpha = 1.1239 + 1.1328 / (b - 3.4);
  const vr = 0.9277 - 3.6224 / (b - 2);
  for (;;) {
    const u = uniform() - 0.5;
    const v = uniform();
    const us = 0.5 - Math.abs(u);
    const k = Math.floor(((2 * a) / us + b) * u + mean + 0.43);
    if (us >= 0.07 && v <= vr) return k;
    if (k < 0 || (us < 0.013 && v > us)) continue;
    if (Math.log((v * inverseAlpha) / (a / (us * us) + b)) <= k * Math.log(mean) - mean - logFactorial(k)) {
      return k;
    }
  }
}

/** ln(k!) by Stirling's series; relative error below 1e-10 for k >= 10, exact sums below. */
function logFactorial(k: number): number {
  if (k < 10) {
    let sum = 0;
    for (let i = 2; i <= k; i++) sum += Math.log(i);
    return sum;
  }
  const n = k + 1;
  return (
    (n - 0.5) * Math.log(n) -
    n +
    0.5 * Math.log(2 * Math.PI) +
    1 / (12 * n) -
    1 / (360 * n ** 3) +
    1 / (1260 * n ** 5)
  );
}
