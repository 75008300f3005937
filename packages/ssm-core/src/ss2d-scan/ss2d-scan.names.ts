/** Names under which backends register their kernels. */
export const SS2D_SCAN = 'SS2DScan';
export const SS2D_SCAN_GRADIENT = 'SS2DScanGradient';
