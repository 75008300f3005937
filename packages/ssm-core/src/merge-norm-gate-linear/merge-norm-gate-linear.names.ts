/** Names under which backends register their kernels. */
export const MERGE_NORM_GATE_LINEAR = 'MergeNormGateLinear';
export const MERGE_NORM_GATE_LINEAR_GRADIENT = 'MergeNormGateLinearGradient';
