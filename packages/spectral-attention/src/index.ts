export { gradientStatistics, type GradientStatistics } from './gradient-statistics/gradient-statistics.js';
export { mapConvolution, type MapConvolutionArgs } from './map-convolution/map-convolution.js';
export {
  spatialAttentionMap,
  spatialGradientAttention,
  type GradientAttentionVariant,
  type SpatialAttentionMapArgs,
  type SpatialGradientAttentionArgs,
} from './spatial-gradient-attention/spatial-gradient-attention.js';
export {
  SpatialAttentionMap,
  type SpatialGradientAttentionConfig,
} from './spatial-gradient-attention/spatial-attention-map.layer.js';
export { SpatialGradientAttention } from './spatial-gradient-attention/spatial-gradient-attention.layer.js';
export {
  spectralAttentionGate,
  spectralGradientAttention,
  type SpectralAttentionGateArgs,
  type SpectralGradientAttentionArgs,
} from './spectral-gradient-attention/spectral-gradient-attention.js';
export {
  SpectralAttentionGate,
  type SpectralGradientAttentionConfig,
} from './spectral-gradient-attention/spectral-attention-gate.layer.js';
export { SpectralGradientAttention } from './spectral-gradient-attention/spectral-gradient-attention.layer.js';
export { GradientStatisticsLayer } from './gradient-statistics/gradient-statistics.layer.js';
export { haarDwt, haarIdwt } from './haar-dwt/haar-dwt.js';
export { gelu } from '@prismamba/core/gelu';
export { dwt2d, idwt2d } from './wavelets/wavelets.js';
export { waveletNames, type WaveletName } from './wavelets/wavelet-filters.js';
export { Dwt2d, Idwt2d, type WaveletLayerConfig } from './wavelets/wavelets.layer.js';
export { cbam, type CbamArgs } from './cbam/cbam.js';
export { Cbam, type CbamConfig } from './cbam/cbam.layer.js';
export { spectralAttention, type SpectralAttentionArgs } from './spectral-msa/spectral-attention.js';
export { spectralMsa, type SpectralMsaArgs } from './spectral-msa/spectral-msa.js';
export { SpectralMsa, type SpectralMsaConfig } from './spectral-msa/spectral-msa.layer.js';
