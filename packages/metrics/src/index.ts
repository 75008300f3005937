export {
  adjacentBandDissimilarity,
  type AdjacentBandDissimilarityOptions,
} from './adjacent-band-dissimilarity.js';
export {
  batchToCubes,
  clipCube,
  cropCube,
  MetricArgumentError,
  type Cube,
  type MaskOptions,
} from './cube.js';
export { deltaE2000, type DeltaE2000Weights, type Lab } from './colour/delta-e-2000.js';
export { deltaE, type DeltaEOptions } from './delta-e.js';
export { ergas, type ErgasOptions } from './ergas.js';
export { darkPixelMask } from './mask.js';
export {
  largerIsBetter,
  metricTable,
  needsWavelengths,
  type Metric,
  type MetricName,
  type MetricOptions,
} from './metric-table.js';
export { mrae, mraeConventions, type MraeConvention, type MraeOptions } from './mrae.js';
export { aggregate, summarise, type Summary } from './protocols/aggregate.js';
export { evaluateProtocol, type EvaluateOptions, type Scores } from './protocols/evaluate-protocol.js';
export type { Protocol, ProtocolColumn } from './protocols/protocol.js';
export { getProtocol, protocolNames, protocols, type ProtocolName } from './protocols/protocols.js';
export { psnr, type PsnrOptions, type PsnrPeak } from './psnr.js';
export { mse, rmse } from './rmse.js';
export { samBand } from './sam-band.js';
export { sam, type AngleUnit, type SamOptions } from './sam.js';
export { ssim, type SsimOptions, type SsimWindow } from './ssim.js';
