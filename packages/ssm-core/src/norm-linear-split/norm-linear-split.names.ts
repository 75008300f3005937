/** Names under which backends register their kernels. */
export const NORM_LINEAR_SPLIT = 'NormLinearSplit';
export const NORM_LINEAR_SPLIT_GRADIENT = 'NormLinearSplitGradient';

export interface NormLinearSplitAttributes {
  readonly epsilon: number;
  /** The one output that is wanted; both, and a gradient, without it. */
  readonly only?: 'u' | 'z';
}
