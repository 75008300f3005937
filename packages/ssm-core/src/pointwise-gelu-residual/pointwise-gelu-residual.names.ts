/** Names under which backends register their kernels. */
export const POINTWISE_GELU_RESIDUAL = 'PointwiseGeluResidual';
export const POINTWISE_GELU_RESIDUAL_GRADIENT = 'PointwiseGeluResidualGradient';

/** What a branch is: a map, or a factor of x for each pixel, or for each sample and channel. */
export const BRANCH_KINDS = { map: 0, perPixel: 1, perSample: 2 } as const;
export type BranchKind = keyof typeof BRANCH_KINDS;
