/** Names under which backends register their kernels. */
export const MERGE_NORM_GATE_LINEAR = 'MergeNormGateLinear';
export const MERGE_NORM_GATE_LINEAR_GRADIENT = 'MergeNormGateLinearGradient';

/** The same with the gate projected from the tokens in front of the block: [y, x, gamma, beta, weight, ...split]. */
export const MERGE_PROJECTED_GATE = 'MergeProjectedGate';
/** The inputs and dout to the gradients of y, the gate z, gamma, beta and weight. */
export const MERGE_PROJECTED_GATE_GRADIENT = 'MergeProjectedGateGradient';
