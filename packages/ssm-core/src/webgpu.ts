// The WGSL kernels for TensorFlow.js's WebGPU backend, registered by this import.
import './causal-conv1d/causal-conv1d.webgpu.js';
import './cross-scan/cross-scan.webgpu.js';
import './depthwise-silu/depthwise-silu.webgpu.js';
import './merge-norm-gate-linear/merge-norm-gate-linear.webgpu.js';
import './norm-linear-split/norm-linear-split.webgpu.js';
import './pointwise-gelu-residual/pointwise-gelu-residual.webgpu.js';
import './selective-scan/selective-scan.webgpu.js';
import './short-conv/short-conv.webgpu.js';
import './short-scan/short-scan.webgpu.js';
import './ss2d-scan/ss2d-scan.webgpu.js';
import './ss2d-ssd-scan/ss2d-ssd-scan.webgpu.js';
import './ssd-scan/ssd-scan.webgpu.js';
