import { createRandom, deriveSeed } from '@prismamba/core';
import type * as tfl from '@tensorflow/tfjs-layers';
import { assignOfficial, entryVariables } from '../state-dict/model-weights.js';
import type { StateEntry } from '../state-dict/state-entry.js';
import { constant, fanIn, kaimingUniform, uniform, type Initializer } from '@prismamba/core/layer';

/** An initializer for the entries whose official name matches; the first rule that matches wins. */
export type InitializerRule = readonly [name: RegExp, initializer: Initializer];

/**
 * What PyTorch gives a module of that name and shape when nobody says otherwise: weights of two or more
 * dimensions and their biases uniform in +-1/sqrt(fan-in); normalisation weights 1 and biases 0; running
 * mean 0, running variance 1; a single PReLU slope 0.25.
 */
export function torchDefault(entry: StateEntry, siblings: ReadonlyMap<string, StateEntry>): Initializer {
  const { official, shape } = entry;
  if (official.endsWith('running_mean')) return constant(0);
  if (official.endsWith('running_var')) return constant(1);
  if (official.endsWith('bias')) {
    const weight = siblings.get(official.replace(/bias$/, 'weight'));
    return weight !== undefined && weight.shape.length >= 2
      ? uniform(1 / Math.sqrt(fanIn(weight.shape)))
      : constant(0);
  }
  if (shape.length >= 2) return kaimingUniform;
  // A normalisation has weight and bias, a PReLU only a weight.
  const isPrelu = official.endsWith('weight') && !siblings.has(official.replace(/weight$/, 'bias'));
  return constant(isPrelu ? 0.25 : 1);
}

/**
 * Sets every weight of a built model: the first matching rule, otherwise {@link torchDefault}. Each tensor
 * has its own random numbers, derived from `seed` and its official name, so that adding a layer or changing
 * the order of construction changes no other weight.
 */
export function initialiseModel(
  model: tfl.LayersModel,
  entries: readonly StateEntry[],
  seed: number,
  rules: readonly InitializerRule[] = [],
): void {
  const siblings = new Map(entries.map((entry) => [entry.official, entry]));
  for (const [entry, variable] of entryVariables(model, entries)) {
    if (entry.kind === 'alias') continue;
    const rule = rules.find(([name]) => name.test(entry.official));
    const initializer = rule?.[1] ?? torchDefault(entry, siblings);
    const random = createRandom(deriveSeed(seed, 'weight', entry.official));
    assignOfficial(variable, entry, initializer(entry.shape, random));
  }
}
