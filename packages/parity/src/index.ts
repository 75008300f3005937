export {
  checkParity,
  goldenWeights,
  PARITY_FILES,
  type ParityFileName,
  type ParityFiles,
  type ParityOptions,
  type ParityReport,
} from './check-parity.js';
export { formatParityReport } from './format-report.js';
export { relativeError, type ParityMeasure } from './measure.js';
