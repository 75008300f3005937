// For the packages of this repository: nothing here keeps its form between versions.
export { lossGradients, type LossGradients } from './gradients/loss-gradients.js';
export { toOfficialLayout } from './state-dict/layout.js';
export { exportStateDict } from './state-dict/export-state-dict.js';
export { entryVariables, readOfficial } from './state-dict/model-weights.js';
export { countParameters, sizeOf, type StateEntry } from './state-dict/state-entry.js';
export { rootPolynomialTerms } from './polynomial-regression/root-polynomial.js';
