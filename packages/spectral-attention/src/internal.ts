// What the other packages of this workspace build on. Promises nothing to anyone else: it may change in any release.
export { coefficientCount, waveletFilters, type WaveletFilters } from './wavelets/wavelet-filters.js';
export { spectralMsaNodes } from './spectral-msa/spectral-msa.onnx.js';
export { dwt2dNodes, idwt2dNodes } from './wavelets/wavelets.onnx.js';
