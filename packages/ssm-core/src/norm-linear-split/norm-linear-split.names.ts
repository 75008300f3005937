/** Names under which backends register their kernels. */
export const NORM_LINEAR_SPLIT = 'NormLinearSplit';
export const NORM_LINEAR_SPLIT_GRADIENT = 'NormLinearSplitGradient';
