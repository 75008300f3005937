import * as tf from '@tensorflow/tfjs-core';
import { checkShape } from '@prismamba/core';
import { spatialMaps } from '../gradient-statistics/gradient-statistics.operator.js';
import { gradientStatistics } from '../gradient-statistics/gradient-statistics.js';
import { checkOddKernel, mapConvolution } from '../map-convolution/map-convolution.js';

/**
 * Which formula: `official` is what the released code of GMSR-Net computes, `paper` is eqs. 2-6 as printed
 * (arXiv 2405.07777).
 */
export type GradientAttentionVariant = 'official' | 'paper';

export interface SpatialAttentionMapArgs {
  /** From `gradientStatistics`, [B, H, W, 2]. */
  readonly maps: tf.Tensor4D;
  /** The convolution over the two maps, official layout [1, 2, K, K], K odd (7 in GMSR-Net). */
  readonly weight: tf.Tensor4D;
  /** `official` (default): maps in the order [mean, max]; `paper`: [max, mean]. */
  readonly variant?: GradientAttentionVariant;
}

export interface SpatialGradientAttentionArgs extends Omit<SpatialAttentionMapArgs, 'maps'> {
  /** Features, [B, H, W, C], H and W at least 3. */
  readonly x: tf.Tensor4D;
}

/**
 * The attention map a of {@link spatialGradientAttention} from statistics that were computed before (so that both
 * gradient attentions of one input share a pass over it).
 *
 * @returns a, [B, H, W, 1].
 */
export function spatialAttentionMap({
  maps,
  weight,
  variant = 'official',
}: SpatialAttentionMapArgs): tf.Tensor4D {
  checkShape('spatialAttentionMap', 'maps', maps, ['B', 'H', 'W', 2]);
  checkOddKernel('spatialAttentionMap', weight);
  return tf.tidy(() => {
    // the weight's inputs in the order of our maps
    const ordered = variant === 'paper' ? tf.reverse(weight, 1) : weight;
    return tf.sigmoid(mapConvolution({ maps, weight: ordered }));
  });
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
 * share their gradient. So a sample's output depends on the others of its batch and on how an image is cut. Where
 * all of t is the same (a constant input), n = 0 and passes no gradient on, so that y = x / 2; the official code has no
 * epsilon and gives NaN there.
 *
 * @returns y, [B, H, W, C].
 * @throws Error for a wrong shape, an even kernel size, or H or W below 3.
 */
export function spatialGradientAttention({ x, weight, variant }: SpatialGradientAttentionArgs): tf.Tensor4D {
  const caller = 'spatialGradientAttention';
  checkShape(caller, 'x', x, ['B', 'H', 'W', 'C']);
  const [, height, width, channels] = x.shape;
  if (height < 3 || width < 3) {
    throw new Error(
      `${caller}: x: got height ${height} and width ${width}, wanted at least 3 of each (the far edge is reflected)`,
    );
  }
  checkOddKernel(caller, weight);
  return tf.tidy(() => {
    const maps = channels < 2 ? spatialMaps(x) : gradientStatistics(x).maps; // [B, H, W, 2]
    const choice = variant === undefined ? {} : { variant };
    return tf.mul(x, spatialAttentionMap({ maps, weight, ...choice })); // [B, H, W, C]
  });
}
