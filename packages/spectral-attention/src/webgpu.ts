// The WGSL kernels for TensorFlow.js's WebGPU backend, registered by this import.
import './gradient-statistics/gradient-statistics.webgpu.js';
import './map-convolution/map-convolution.webgpu.js';
