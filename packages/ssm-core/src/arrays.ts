// The scans on plain arrays, without TensorFlow.js.
export { setThreads, startThreads, threadsReady } from './simd/array-threads.simd.js';
export { type FloatArray } from './simd/on-arrays.simd.js';
export {
  selectiveScan,
  type SelectiveScanArrays,
  type SelectiveScanArraysOptions,
  type SelectiveScanArraysResult,
} from './selective-scan/selective-scan.arrays.js';
export { ss2dScan, type Ss2dScanArrays, type Ss2dScanArraysResult } from './ss2d-scan/ss2d-scan.arrays.js';
export {
  ss2dSsdScan,
  type Ss2dSsdScanArrays,
  type Ss2dSsdScanArraysResult,
} from './ss2d-ssd-scan/ss2d-ssd-scan.arrays.js';
export {
  ssdScan,
  type SsdScanArrays,
  type SsdScanArraysOptions,
  type SsdScanArraysResult,
} from './ssd-scan/ssd-scan.arrays.js';
