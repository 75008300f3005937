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

/**
 * Tells every stochastic layer among `layers` which step comes next, those inside nested models (`layers` of a layer)
 * included; returns how many there are.
 */
export function setRandomState(layers: readonly unknown[], seed: number, step: number): number {
  let told = 0;
  for (const layer of layers) {
    if (isStochasticLayer(layer)) {
      layer.setRandomState(seed, step);
      told++;
    }
    if (typeof layer === 'object' && layer !== null && 'layers' in layer && Array.isArray(layer.layers)) {
      told += setRandomState(layer.layers, seed, step);
    }
  }
  return told;
}
