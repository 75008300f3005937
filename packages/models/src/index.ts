export { createModel, type CreateModelSettings } from './create-model.js';
export { getModel, listModels } from './registry.js';
export { modelOptions, ModelOptionsError } from './model-options.js';
export {
  type BuildOptions,
  type ModelDefinition,
  type ModelTraits,
  type PaperReference,
  type PixelBatch,
  type Tap,
} from './model-definition.js';
export { outputBands } from './bands.js';
export { disposeModel } from './dispose-model.js';
export {
  countParameters,
  type StateEntry,
  type StateKind,
  type StateLayout,
} from './state-dict/state-entry.js';
export {
  loadStateDict,
  StateDictError,
  type LoadReport,
  type LoadStateDictOptions,
} from './state-dict/load-state-dict.js';
export { loadWeights, readWeightsFile, saveWeights, type WeightsFile } from './state-dict/weights-file.js';
export { mergeRepcpsi } from './repcpsi/merge-repcpsi.js';
export { complexity, type ComplexityReport, type LayerRow } from './complexity/complexity.js';
export { type CostKind, type Extents, type LayerCost } from '@prismamba/core/layer';
export { exportOnnx, OnnxExportError, type ExportOnnxOptions } from './onnx/export-onnx.js';
