export {
  type BuildOptions,
  type ModelDefinition,
  type ModelTraits,
  type PaperReference,
  type PixelBatch,
  type Tap,
} from './model-definition.js';
export { getModel, listModels } from './registry.js';
export {
  countParameters,
  type StateEntry,
  type StateKind,
  type StateLayout,
} from './state-dict/state-entry.js';
export { toOfficialLayout, toOurLayout } from './state-dict/layout.js';
export {
  loadStateDict,
  StateDictError,
  type LoadReport,
  type LoadStateDictOptions,
} from './state-dict/load-state-dict.js';
export { exportStateDict } from './state-dict/export-state-dict.js';
export { loadWeights, readWeightsFile, saveWeights, type WeightsFile } from './state-dict/weights-file.js';
export { initialiseModel, torchDefault, type InitializerRule } from './initializers/initialise-model.js';
export {
  constant,
  kaimingNormal,
  kaimingUniform,
  logArange,
  stackedLinear,
  stepSizeBias,
  truncatedNormal,
  uniform,
  type Initializer,
} from './initializers/initializers.js';
export { meanSpectrum, type MeanSpectrumConfig } from './mean-spectrum/mean-spectrum.js';
export {
  polynomialRegression,
  type PolynomialRegressionConfig,
} from './polynomial-regression/polynomial-regression.js';
export { RootPolynomial } from './polynomial-regression/root-polynomial.layer.js';
export { disposeModel } from './dispose-model.js';
export { mergeRepcpsi } from './repcpsi/merge-repcpsi.js';
export { agdNet } from './agd-net/agd-net.js';
export { type AgdNetConfig } from './agd-net/agd-net.config.js';
export { AgdStage, type AgdStageConfig } from './agd-net/agd-stage.layer.js';
export { Subtract } from './layers/subtract.js';
export { MsabBlock, type MsabBlockConfig } from './mst-plus-plus/msab-block.layer.js';
export { mstPlusPlus } from './mst-plus-plus/mst-plus-plus.js';
export { type MstPlusPlusConfig } from './mst-plus-plus/mst-plus-plus.config.js';
export { m3sr } from './m3sr/m3sr.js';
export { M3SR_BRANCH_VARIANTS, type M3srConfig } from './m3sr/m3sr.config.js';
export { complexity, type ComplexityReport, type LayerRow } from './complexity/complexity.js';
export { type CostKind, type LayerCost } from './complexity/layer-costs.js';
export { gmsrNet } from './gmsr-net/gmsr-net.js';
export { TABLE_II_VARIANTS, TABLE_III_WIDTHS, type GmsrNetConfig } from './gmsr-net/gmsr-net.config.js';
export { exportOnnx, ONNX_INPUT, ONNX_OUTPUT, OnnxExportError } from './onnx/export-onnx.js';
