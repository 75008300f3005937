import { withoutPrefix, type WithPrefix } from '@prismamba/core/layer';
import type * as tf from '@tensorflow/tfjs-core';
import { ss2d, type Ss2dWeights } from '../ss2d/ss2d.js';

/** Weights of one VSS block in official names and layouts. */
export interface VssBlockWeights extends WithPrefix<'self_attention.', Ss2dWeights> {
  /** [d]; in the official state dictionary but never used: they get no gradient. */
  readonly skip_scale: tf.Tensor1D;
  readonly skip_scale2: tf.Tensor1D;
  /** [d] */
  readonly 'ln_1.weight': tf.Tensor1D;
  readonly 'ln_1.bias': tf.Tensor1D;
}

/**
 * VSS block as GMSR-Net uses it (arXiv 2405.07777; after VMamba, arXiv 2401.10166): SS2D(LayerNorm(x)), **without** a
 * residual connection and without MLP.
 *
 * @param x [B, H, W, d]
 * @returns [B, H, W, d]
 */
export function vssBlock(x: tf.Tensor4D, weights: VssBlockWeights): tf.Tensor4D {
  const inner = withoutPrefix('self_attention.', weights);
  return ss2d(x, inner, { weight: weights['ln_1.weight'], bias: weights['ln_1.bias'] });
}
