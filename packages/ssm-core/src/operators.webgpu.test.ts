// The suites of the operators and of the blocks made of them on the WebGPU backend (`npm run test:webgpu`): those with kernels of their own,
// and the composed forms of the others, with the limits of the WASM kernels.
import './causal-conv1d/causal-conv1d.test.js';
import './cross-scan/cross-scan.test.js';
import './depthwise-silu/depthwise-silu.test.js';
import './layer-norm/layer-norm.test.js';
import './layers/mamba-block/mamba-block.test.js';
import './layers/mamba-layers.test.js';
import './layers/mamba2-block/mamba2-block.test.js';
import './layers/pointwise-gelu-residual/pointwise-gelu-residual.layer.test.js';
import './layers/ss2d/ss2d.test.js';
import './layers/vss-block/vss-block.test.js';
import './merge-norm-gate-linear/merge-norm-gate-linear.test.js';
import './norm-linear-split/norm-linear-split.test.js';
import './pointwise-gelu-residual/pointwise-gelu-residual.test.js';
import './recompute/recompute.test.js';
import './selective-scan/selective-scan.test.js';
import './short-conv/short-conv.test.js';
import './short-scan/short-scan.test.js';
import './ss2d-scan/scan-by-directions.test.js';
import './ss2d-scan/ss2d-scan.composed.test.js';
import './ss2d-scan/ss2d-scan.test.js';
import './ss2d-ssd-scan/ss2d-ssd-scan.test.js';
import './ssd-scan/ssd-scan.test.js';
