export {
  adjacentBandDissimilarity,
  type AdjacentBandDissimilarityOptions,
} from './adjacent-band-dissimilarity.js';
export { MetricArgumentError, type Cube, type MaskOptions } from './cube.js';
export { deltaE2000, type DeltaE2000Weights, type Lab } from './colour/delta-e-2000.js';
export { darkPixelMask } from './mask.js';
export { type MetricDefinition } from './metric-definition.js';
export * from './metrics.js';
export { aggregate, summarise, type Summary } from './protocols/aggregate.js';
export { evaluateProtocol, type EvaluateOptions, type Scores } from './protocols/evaluate-protocol.js';
export type { Protocol, ProtocolColumn } from './protocols/protocol.js';
export { getProtocol, protocolNames, protocols, type ProtocolName } from './protocols/protocols.js';
