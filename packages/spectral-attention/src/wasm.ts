// The SIMD kernels of every operator for TensorFlow.js's WASM backend, registered by this import.
import './generated/wasm-kernels.js';
