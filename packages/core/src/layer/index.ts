export { registerLayer, layerForms, type LayerForms } from './register-layer.js';
export {
  firstShape,
  fixedChannels,
  singleInput,
  WeightTableLayer,
  type WeightSpec,
  type WeightTable,
  type WeightTableLayerConfig,
  type WeightTensors,
} from './weight-table-layer.js';
export { withoutPrefix, withPrefix, type WithoutPrefix, type WithPrefix } from './prefixed-weights.js';
export {
  constant,
  fanIn,
  kaimingNormal,
  kaimingUniform,
  logArange,
  stackedLinear,
  stepSizeBias,
  truncatedNormal,
  uniform,
  uniformBelow,
  type Initializer,
} from './initializers.js';
export {
  elements,
  free,
  hooked,
  kernelTaps,
  pixels,
  unseen,
  type CostedLayer,
  type CostForm,
  type CostKind,
  type Extents,
  type HookedExtras,
  type LayerComplexity,
  type LayerCost,
} from './layer-cost.js';
export {
  type LayerApplication,
  type OnnxForm,
  type OnnxNodeAttribute,
  type OnnxNodes,
  type OnnxRefusal,
  type RankedTensor,
} from './layer-onnx.js';
export {
  activationNodes,
  depthwiseNodes,
  flattenPositions,
  geluNodes,
  layerNormNodes,
  linearNodes,
  removeMeanNodes,
  samePads,
  siluNodes,
} from './onnx-operators.js';
