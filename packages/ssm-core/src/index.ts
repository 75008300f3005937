export { causalConv1d, type CausalConv1dArgs } from './causal-conv1d/causal-conv1d.js';
export { crossMerge, crossScan } from './cross-scan/cross-scan.js';
export { type ScanMode } from './cross-scan/scan-directions.js';
export { ssdScan, type SsdScanArgs, type SsdScanResult } from './ssd-scan/ssd-scan.js';
export { recompute } from './recompute/recompute.js';
export { mambaBlock, type MambaBlockWeights } from './layers/mamba-block/mamba-block.js';
export {
  MambaBlock,
  mambaWeightTable,
  type MambaBlockConfig,
} from './layers/mamba-block/mamba-block.layer.js';
export { mamba2Block, type Mamba2BlockWeights } from './layers/mamba2-block/mamba2-block.js';
export {
  Mamba2Block,
  mamba2WeightTable,
  type Mamba2BlockConfig,
} from './layers/mamba2-block/mamba2-block.layer.js';
export { isStochasticLayer, setRandomState, type StochasticLayer } from './layers/stochastic-layer.js';
export {
  constantValues,
  fixedChannels,
  singleInput,
  WeightTableLayer,
  type WeightSpec,
  type WeightTableLayerConfig,
} from './layers/weight-table-layer.js';
export { LAYER_NORM_EPSILON, layerNorm, type LayerNormArgs } from './layer-norm/layer-norm.js';
export { gelu } from './gelu/gelu.js';
