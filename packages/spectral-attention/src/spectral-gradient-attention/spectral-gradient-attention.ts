import type { Tensor4D } from '@tensorflow/tfjs-core';
import { checkShape } from '../check-shape.js';
import type { GradientAttentionVariant } from '../spatial-gradient-attention/spatial-gradient-attention.js';
import { spectralGradientAttentionComposed } from './spectral-gradient-attention.composed.js';

/** Added to max - min of the spectral gradients, as in the official code. */
export const SPECTRAL_GRADIENT_EPSILON = 1e-8;

export interface SpectralGradientAttentionArgs {
  /** Features, [B, H, W, C], C at least 2. */
  readonly x: Tensor4D;
  /** The two 1x1 convolutions of the shared net, official layout [C, C, 1, 1]. Not used by the variant `paper`. */
  readonly fc0?: Tensor4D;
  readonly fc2?: Tensor4D;
  /** `official` (default): shared net, sigmoid inside and outside; `paper`: s = sigmoid(avg + max). */
  readonly variant?: GradientAttentionVariant;
}

/**
 * Spectral gradient attention of GMSR-Net (arXiv 2405.07777, eqs. 4-6), as its code computes it:
 *
 *     g[c] = x[c+1] - x[c], c = 0..C-2;   n = (g - min g) / (max g - min g + 1e-8);   n[C-1] = n[C-2]
 *     f(v) = sigmoid(W2 relu(W0 v));   s = sigmoid(f(mean_hw n) + f(max_hw n));   y = x * s
 *
 * Minimum and maximum are taken over the **whole tensor, batch included** and are differentiated. Because of the
 * second sigmoid s lies in (0.5, 0.881). The paper itself has neither net nor second sigmoid: variant `paper`.
 *
 * @returns y, [B, H, W, C].
 * @throws Error for a wrong shape, C below 2, or a missing fc0/fc2 in the variant `official`.
 */
export function spectralGradientAttention(args: SpectralGradientAttentionArgs): Tensor4D {
  const { x, fc0, fc2, variant = 'official' } = args;
  checkSpectralArguments('spectralGradientAttention', args);
  return spectralGradientAttentionComposed({ x, fc0, fc2, variant });
}

export function checkSpectralArguments(caller: string, args: SpectralGradientAttentionArgs): void {
  const { x, fc0, fc2, variant = 'official' } = args;
  checkShape(caller, 'x', x, ['B', 'H', 'W', 'C']);
  const channels = x.shape[3];
  if (channels < 2) {
    throw new Error(
      `${caller}: x: got ${channels} channel, wanted at least 2 (the gradient runs along channels)`,
    );
  }
  if (variant === 'paper') return;
  for (const [name, weight] of [
    ['fc0', fc0],
    ['fc2', fc2],
  ] as const) {
    if (weight === undefined) {
      throw new Error(
        `${caller}: ${name}: got undefined, wanted [${channels}, ${channels}, 1, 1]; only variant 'paper' goes without`,
      );
    }
    checkShape(caller, name, weight, [channels, channels, 1, 1]);
  }
}
