/** Names under which backends register their kernels. */
export const GRADIENT_STATISTICS = 'GradientStatistics';
export const GRADIENT_STATISTICS_GRADIENT = 'GradientStatisticsGradient';

/** Added to max - min of the spectral gradients, as in the official code. */
export const SPECTRAL_GRADIENT_EPSILON = 1e-8;
