/** Names under which backends register their kernels. */
export const MAP_CONVOLUTION = 'MapConvolution';
export const MAP_CONVOLUTION_GRADIENT = 'MapConvolutionGradient';
