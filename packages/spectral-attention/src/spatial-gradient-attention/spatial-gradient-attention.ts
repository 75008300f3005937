import type { Tensor4D } from '@tensorflow/tfjs-core';
import { checkShape } from '../check-shape.js';
import { spatialGradientAttentionComposed } from './spatial-gradient-attention.composed.js';

/**
 * Which formula: `official` is what the released code of GMSR-Net computes, `paper` is eqs. 2-6 as printed
 * (arXiv 2405.07777).
 */
export type GradientAttentionVariant = 'official' | 'paper';

export interface SpatialGradientAttentionArgs {
  /** Features, [B, H, W, C], H and W at least 3. */
  readonly x: Tensor4D;
  /** The convolution over the two maps, official layout [1, 2, K, K], K odd (7 in GMSR-Net). */
  readonly weight: Tensor4D;
  /** `official` (default): maps in the order [mean, max]; `paper`: [max, mean]. */
  readonly variant?: GradientAttentionVariant;
}

/**
 * Spatial gradient attention of GMSR-Net (arXiv 2405.07777, eqs. 2-3), as its code computes it:
 *
 *     gx[..., j] = x[..., j+1] - x[..., j]   (right column reflected: column W-3 of gx)
 *     gy[i, ...] = x[i+1, ...] - x[i, ...]   (bottom row reflected: row H-3 of gy)
 *     t = [gx, gy] on channels (2C);   n = (t - min t) / (max t - min t)
 *     a = sigmoid(conv([mean_c n, max_c n]))   zero padding, no bias
 *     y = x * a
 *
 * Minimum and maximum are taken over the **whole tensor, batch included** and are differentiated; tied elements
 * share their gradient. So a sample's output depends on the others of its batch and on how an image is cut. There
 * is no epsilon: a constant input gives NaN, as in the official code.
 *
 * @returns y, [B, H, W, C].
 * @throws Error for a wrong shape, an even kernel size, or H or W below 3.
 */
export function spatialGradientAttention(args: SpatialGradientAttentionArgs): Tensor4D {
  const { x, weight, variant = 'official' } = args;
  checkSpatialArguments('spatialGradientAttention', x, weight);
  return spatialGradientAttentionComposed({ x, weight, variant });
}

export function checkSpatialArguments(caller: string, x: Tensor4D, weight: Tensor4D): void {
  checkShape(caller, 'x', x, ['B', 'H', 'W', 'C']);
  checkShape(caller, 'weight', weight, [1, 2, 'K', 'K']);
  const [, height, width] = x.shape;
  if (height < 3 || width < 3) {
    throw new Error(
      `${caller}: x: got height ${height} and width ${width}, wanted at least 3 of each (the far edge is reflected)`,
    );
  }
  if (weight.shape[2] !== weight.shape[3] || weight.shape[2] % 2 === 0) {
    throw new Error(
      `${caller}: weight: got a ${weight.shape[2]}x${weight.shape[3]} kernel, wanted a square one of odd size (7 in GMSR-Net)`,
    );
  }
}
