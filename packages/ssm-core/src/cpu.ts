// The kernels for TensorFlow.js's CPU backend, registered by this import.
import './ss2d-scan/ss2d-scan.cpu.js';
