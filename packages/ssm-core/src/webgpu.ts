// The WGSL kernels for TensorFlow.js's WebGPU backend, registered by this import.
import './selective-scan/selective-scan.webgpu.js';
import './ssd-scan/ssd-scan.webgpu.js';
import './ss2d-scan/ss2d-scan.webgpu.js';
