/**
 * A layer that draws random numbers in its training forward (drop path, dropout).
 *
 * Randomness is a value that is passed: before each training step the trainer calls `setRandomState(seed, step)`
 * on every such layer of the model, so that a step's numbers follow from (seed, step, layer name) alone and a
 * resumed run equals an uninterrupted one to the last bit. A layer that was never told counts its own training
 * calls from (0, 0), which keeps `model.fit` usable and repeatable.
 */
export interface StochasticLayer {
  setRandomState(seed: number, step: number): void;
}

export function isStochasticLayer(layer: unknown): layer is StochasticLayer {
  return (
    typeof layer === 'object' &&
    layer !== null &&
    'setRandomState' in layer &&
    typeof layer.setRandomState === 'function'
  );
}

/** Tells every stochastic layer of a model which step comes next; returns how many there are. */
export function setRandomState(layers: readonly unknown[], seed: number, step: number): number {
  const stochastic = layers.filter(isStochasticLayer);
  for (const layer of stochastic) layer.setRandomState(seed, step);
  return stochastic.length;
}

/** 32-bit FNV-1a of a name, so that layers of one model draw different numbers. */
function hashName(name: string): number {
  let h = 0x811c9dc5;
  for (let i = 0; i < name.length; i++) h = Math.imul(h ^ name.charCodeAt(i), 0x01000193);
  return h >>> 0;
}

/** A 32-bit finaliser (Murmur3): every input bit moves every output bit. */
function mix(h: number): number {
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}

/**
 * Counter-based random numbers of one layer: uniform(i) depends on (seed, step, call within the step, layer
 * name, i) and on nothing else.
 */
export class LayerRandom {
  private seed = 0;
  private step = 0;
  private call = 0;
  private readonly name: number;

  constructor(layerName: string) {
    this.name = hashName(layerName);
  }

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
    const key = mix(mix(mix(this.seed ^ this.name) + this.step) + this.call++);
    return Float32Array.from(
      { length: count },
      (_, i) => (mix(key + Math.imul(i + 1, 0x9e3779b1)) >>> 8) / 2 ** 24,
    );
  }
}

/**
 * Drop path (stochastic depth, Huang et al. 2016): one factor per sample, 0 with probability `rate`,
 * otherwise 1 / (1 - rate).
 */
export function dropPathFactors(random: LayerRandom, batch: number, rate: number): Float32Array {
  return random.next(batch).map((u) => (u < rate ? 0 : 1 / (1 - rate)));
}
