/** Without the operators themselves: the parent process starts no TensorFlow.js. */
export const SCAN_OPERATORS = ['selectiveScan', 'ss2dScan', 'ssdScan', 'ss2dSsdScan'] as const;
export type ScanOperator = (typeof SCAN_OPERATORS)[number];
