/** Names under which backends register their kernels. */
export const DEPTHWISE_SILU = 'DepthwiseSilu';
export const DEPTHWISE_SILU_GRADIENT = 'DepthwiseSiluGradient';
