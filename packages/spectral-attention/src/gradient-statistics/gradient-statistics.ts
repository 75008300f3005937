import type { Tensor4D } from '@tensorflow/tfjs-core';
import { checkShape } from '@prismamba/core';
import { gradientStatisticsOperator, type GradientStatistics } from './gradient-statistics.operator.js';

export type { GradientStatistics };

/**
 * What both gradient attentions of GMSR-Net (arXiv 2405.07777, eqs. 2-5) need of their input, from one pass over it:
 *
 *     t = [x[..., j+1] - x[..., j], x[i+1, ...] - x[i, ...]]   (far edges reflected), 2C values a pixel
 *     n = (t - min t) / (max t - min t);                       maps = [mean_c n, max_c n]
 *     g[c] = x[c+1] - x[c];   m = (g - min g) / (max g - min g + 1e-8);   m[C-1] = m[C-2]
 *     pooled = [mean_hw m, max_hw m]
 *
 * Minima and maxima run over the whole tensor, batch included; their gradient is shared equally among ties, that of
 * the maxima over channels and pixels goes to the first element that holds them. Where all of t is the same (a constant
 * input), n = 0 and passes no gradient on; the official code divides 0 by 0 there and gives NaN. The gradient saves x, both
 * results and a few numbers a row.
 *
 * @param x [B, H, W, C], H and W at least 3, C at least 2.
 * @throws Error for a wrong shape.
 */
export function gradientStatistics(x: Tensor4D): GradientStatistics {
  checkShape('gradientStatistics', 'x', x, ['B', 'H', 'W', 'C']);
  const [, height, width, channels] = x.shape;
  if (height < 3 || width < 3 || channels < 2) {
    throw new Error(
      `gradientStatistics: x: got ${height} x ${width} pixels and ${channels} channels, wanted at least 3 x 3 and 2`,
    );
  }
  return gradientStatisticsOperator.run({ x });
}
