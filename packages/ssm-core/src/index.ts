export { causalConv1d, type CausalConv1dArgs } from './causal-conv1d/causal-conv1d.js';
export { crossMerge, crossScan } from './cross-scan/cross-scan.js';
export { type ScanMode } from './cross-scan/scan-directions.js';
export { ssdScan, type SsdScanArgs, type SsdScanResult } from './ssd-scan/ssd-scan.js';
