export { causalConv1d, type CausalConv1dArgs } from './causal-conv1d/causal-conv1d.js';
export { crossMerge, crossScan } from './cross-scan/cross-scan.js';
export { type ScanMode } from './cross-scan/scan-directions.js';
export { ssdScan, type SsdScanArgs, type SsdScanResult } from './ssd-scan/ssd-scan.js';
export { recompute, recomputeWithWeights } from './recompute/recompute.js';
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
export { normLinearSplit, type NormLinearSplitArgs } from './norm-linear-split/norm-linear-split.js';
export { depthwiseSilu, type DepthwiseSiluArgs } from './depthwise-silu/depthwise-silu.js';
export {
  mergeNormGateLinear,
  type MergeNormGateLinearArgs,
} from './merge-norm-gate-linear/merge-norm-gate-linear.js';
export {
  pointwiseGeluResidual,
  type PointwiseBranch,
  type PointwiseGeluResidualArgs,
} from './pointwise-gelu-residual/pointwise-gelu-residual.js';
export {
  PointwiseGeluResidual,
  type PointwiseGeluResidualConfig,
} from './layers/pointwise-gelu-residual/pointwise-gelu-residual.layer.js';
export { ss2d, type Ss2dInputNorm, type Ss2dWeights } from './layers/ss2d/ss2d.js';
export { SS2D, ss2dWeightTable, type SS2DConfig } from './layers/ss2d/ss2d.layer.js';
export { vssBlock, type VssBlockWeights } from './layers/vss-block/vss-block.js';
export { VSSBlock, type VSSBlockConfig } from './layers/vss-block/vss-block.layer.js';
export {
  selectiveScan,
  selectiveScanOutput,
  type SelectiveScanArgs,
  type SelectiveScanResult,
} from './selective-scan/selective-scan.js';
export { ss2dSsdScan, type Ss2dSsdScanArgs } from './ss2d-ssd-scan/ss2d-ssd-scan.js';
export { ss2dScan, type Ss2dScanArgs } from './ss2d-scan/ss2d-scan.js';
