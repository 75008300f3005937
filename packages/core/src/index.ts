export { checkShape, type WantedSize } from './arguments/check-shape.js';
export { nearestName, nearestNames } from './arguments/nearest-names.js';
export { createRandom, deriveSeed, type Random } from './random/random.js';
export { isStochasticLayer, setRandomState, type StochasticLayer } from './contracts/stochastic-layer.js';
