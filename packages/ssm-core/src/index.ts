export { causalConv1d, type CausalConv1dArgs } from './causal-conv1d/causal-conv1d.js';
export { crossMerge, crossScan } from './cross-scan/cross-scan.js';
export { type ScanMode } from './cross-scan/scan-directions.js';
export { depthwiseSilu, type DepthwiseSiluArgs } from './depthwise-silu/depthwise-silu.js';
export {
  mergeNormGateLinear,
  type MergeNormGateLinearArgs,
} from './merge-norm-gate-linear/merge-norm-gate-linear.js';
export { normLinearSplit, type NormLinearSplitArgs } from './norm-linear-split/norm-linear-split.js';
export {
  pointwiseGeluResidual,
  type PointwiseBranch,
  type PointwiseGeluResidualArgs,
} from './pointwise-gelu-residual/pointwise-gelu-residual.js';
export {
  selectiveScan,
  selectiveScanOutput,
  type SelectiveScanArgs,
  type SelectiveScanResult,
} from './selective-scan/selective-scan.js';
export { ss2dScan, type Ss2dScanArgs } from './ss2d-scan/ss2d-scan.js';
export { ss2dSsdScan, type Ss2dSsdScanArgs } from './ss2d-ssd-scan/ss2d-ssd-scan.js';
export { ssdScan, type SsdScanArgs, type SsdScanResult } from './ssd-scan/ssd-scan.js';
export { recompute } from './recompute/recompute.js';
export { MambaBlock, type MambaBlockConfig } from './layers/mamba-block/mamba-block.layer.js';
export { Mamba2Block, type Mamba2BlockConfig } from './layers/mamba2-block/mamba2-block.layer.js';
export {
  PointwiseGeluResidual,
  type PointwiseGeluResidualConfig,
} from './layers/pointwise-gelu-residual/pointwise-gelu-residual.layer.js';
export { SS2D, type SS2DConfig } from './layers/ss2d/ss2d.layer.js';
export { VSSBlock, type VSSBlockConfig } from './layers/vss-block/vss-block.layer.js';
