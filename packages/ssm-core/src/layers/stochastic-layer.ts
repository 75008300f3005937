import { createRandom, deriveSeed } from '@prismamba/core';

/**
 * Random numbers of one layer: they depend on (seed, step, call within the step, layer name) and on nothing else.
 */
export class LayerRandom {
  private seed = 0;
  private step = 0;
  private call = 0;

  constructor(private readonly layerName: string) {}

  setState(seed: number, step: number): void {
    if (!Number.isInteger(seed) || !Number.isInteger(step) || step < 0) {
      throw new RangeError(
        `setRandomState: seed and step must be integers, step >= 0; got seed ${seed}, step ${step}`,
      );
    }
    this.seed = seed;
    this.step = step;
    this.call = 0;
  }

  /** `count` numbers in [0, 1) for the next training call. */
  next(count: number): Float32Array {
    const random = createRandom(deriveSeed(this.seed, 'layer', this.layerName, this.step, this.call++));
    // 24 bits, all that a float32 below 1 can hold: rounding never makes a 1
    return Float32Array.from({ length: count }, () => Math.floor(random.uniform() * 2 ** 24) / 2 ** 24);
  }
}

/**
 * Drop path (stochastic depth, Huang et al. 2016): one factor per sample, 0 with probability `rate`,
 * otherwise 1 / (1 - rate).
 */
export function dropPathFactors(random: LayerRandom, batch: number, rate: number): Float32Array {
  return random.next(batch).map((u) => (u < rate ? 0 : 1 / (1 - rate)));
}
