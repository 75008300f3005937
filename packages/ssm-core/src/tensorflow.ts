// The scans on native TensorFlow without a GPU: the SIMD kernels on copies, registered by this import.
import './selective-scan/selective-scan.native.js';
import './ss2d-scan/ss2d-scan.native.js';
import './ss2d-ssd-scan/ss2d-ssd-scan.native.js';
import './ssd-scan/ssd-scan.native.js';
