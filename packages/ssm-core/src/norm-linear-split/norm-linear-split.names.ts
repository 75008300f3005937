/** Names under which backends register their kernels. */
export const NORM_LINEAR_SPLIT = 'NormLinearSplit';
export const NORM_LINEAR_SPLIT_GRADIENT = 'NormLinearSplitGradient';

export interface NormLinearSplitAttributes {
  readonly epsilon: number;
  /** False: only u is wanted, and is the one output. */
  readonly gate?: boolean;
}
