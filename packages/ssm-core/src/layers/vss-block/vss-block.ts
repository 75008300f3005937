import type * as tf from '@tensorflow/tfjs-core';
import { ss2d, type Ss2dWeights } from '../ss2d/ss2d.js';

/** Names of SS2D's weights inside a VSS block. */
type Prefixed = { readonly [K in keyof Ss2dWeights as `self_attention.${K}`]: Ss2dWeights[K] };

/** Weights of one VSS block in official names and layouts. */
export interface VssBlockWeights extends Prefixed {
  /** [d]; in the official state dictionary but never used: they get no gradient. */
  readonly skip_scale: tf.Tensor1D;
  readonly skip_scale2: tf.Tensor1D;
  /** [d] */
  readonly 'ln_1.weight': tf.Tensor1D;
  readonly 'ln_1.bias': tf.Tensor1D;
}

const SS2D_NAMES = [
  'x_proj_weight',
  'dt_projs_weight',
  'dt_projs_bias',
  'A_logs',
  'Ds',
  'in_proj.weight',
  'conv2d.weight',
  'conv2d.bias',
  'out_norm.weight',
  'out_norm.bias',
  'out_proj.weight',
] as const satisfies readonly (keyof Ss2dWeights)[];

/**
 * VSS block as GMSR-Net uses it (arXiv 2405.07777; after VMamba, arXiv 2401.10166): SS2D(LayerNorm(x)), **without** a
 * residual connection and without MLP.
 *
 * @param x [B, H, W, d]
 * @returns [B, H, W, d]
 */
export function vssBlock(x: tf.Tensor4D, weights: VssBlockWeights): tf.Tensor4D {
  const inner = Object.fromEntries(
    SS2D_NAMES.map((name) => [name, weights[`self_attention.${name}`]]),
  ) as unknown as Ss2dWeights;
  return ss2d(x, inner, { weight: weights['ln_1.weight'], bias: weights['ln_1.bias'] });
}
