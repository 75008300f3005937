// What the other packages of this workspace build on. Promises nothing to anyone else: it may change in any release.
export { SPECTRAL_GRADIENT_EPSILON } from './gradient-statistics/gradient-statistics.operator.js';
export { coefficientCount, waveletFilters, type WaveletFilters } from './wavelets/wavelet-filters.js';
