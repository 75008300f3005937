// What the other packages of this workspace build on. Promises nothing to anyone else: it may change in any release.
export { LAYER_NORM_EPSILON, layerNorm, type LayerNormArgs } from './layer-norm/layer-norm.js';
export { recomputeWithWeights } from './recompute/recompute.js';
export { mambaBlock, type MambaBlockWeights } from './layers/mamba-block/mamba-block.js';
export { mambaWeightTable } from './layers/mamba-block/mamba-block.layer.js';
export { mamba2Block, type Mamba2BlockWeights } from './layers/mamba2-block/mamba2-block.js';
export { mamba2WeightTable } from './layers/mamba2-block/mamba2-block.layer.js';
export { mambaBlockNodes } from './layers/mamba-block/mamba-block.onnx.js';
export { mamba2BlockNodes } from './layers/mamba2-block/mamba2-block.onnx.js';
export { ssdCosts } from './layers/mamba2-block/mamba2-block.cost.js';
