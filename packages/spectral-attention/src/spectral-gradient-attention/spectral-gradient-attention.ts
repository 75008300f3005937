import * as tf from '@tensorflow/tfjs-core';
import { checkShape } from '@prismamba/core';
import { pooledGradients } from '../gradient-statistics/gradient-statistics.operator.js';
import { gradientStatistics } from '../gradient-statistics/gradient-statistics.js';
import { relu } from '../relu/relu.js';
import type { GradientAttentionVariant } from '../spatial-gradient-attention/spatial-gradient-attention.js';

export interface SpectralAttentionGateArgs {
  /** From `gradientStatistics`, [B, 2, C]. */
  readonly pooled: tf.Tensor3D;
  /** The two 1x1 convolutions of the shared net, official layout [C, C, 1, 1]. Not used by the variant `paper`. */
  readonly fc0?: tf.Tensor4D | undefined;
  readonly fc2?: tf.Tensor4D | undefined;
  /** `official` (default): shared net, sigmoid inside and outside; `paper`: s = sigmoid(avg + max). */
  readonly variant?: GradientAttentionVariant;
}

export interface SpectralGradientAttentionArgs extends Omit<SpectralAttentionGateArgs, 'pooled'> {
  /** Features, [B, H, W, C], C at least 2. */
  readonly x: tf.Tensor4D;
}

/**
 * The gate s of {@link spectralGradientAttention} from statistics that were computed before (so that both gradient
 * attentions of one input share a pass over it).
 *
 * @returns s, [B, 1, 1, C].
 * @throws Error for a wrong shape, or a missing fc0/fc2 in the variant `official`.
 */
export function spectralAttentionGate(args: SpectralAttentionGateArgs): tf.Tensor4D {
  const { pooled, fc0, fc2, variant = 'official' } = args;
  checkShape('spectralAttentionGate', 'pooled', pooled, ['B', 2, 'C']);
  const [batch, , channels] = pooled.shape;
  return tf.tidy(() => {
    const asGate = (v: tf.Tensor): tf.Tensor4D => tf.reshape(tf.sigmoid(v), [batch, 1, 1, channels]);
    if (variant === 'paper') return asGate(tf.sum(pooled, 1));
    checkNet('spectralAttentionGate', fc0, fc2, channels);
    const square = (w: tf.Tensor4D) => tf.reshape<tf.Rank.R2>(w, [channels, channels]);
    const rows = tf.reshape<tf.Rank.R2>(pooled, [batch * 2, channels]);
    // f(v) = sigmoid(W2 relu(W0 v)), both pooled vectors at once
    const hidden = relu(tf.matMul(rows, square(fc0!), false, true)); // [2B, C]
    const f = tf.sigmoid(tf.matMul(hidden, square(fc2!), false, true)); // [2B, C]
    return asGate(tf.sum(tf.reshape(f, [batch, 2, channels]), 1));
  });
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
export function spectralGradientAttention(args: SpectralGradientAttentionArgs): tf.Tensor4D {
  const { x, ...rest } = args;
  const caller = 'spectralGradientAttention';
  checkShape(caller, 'x', x, ['B', 'H', 'W', 'C']);
  const [, height, width, channels] = x.shape;
  if (channels < 2) {
    throw new Error(
      `${caller}: x: got ${channels} channel, wanted at least 2 (the gradient runs along channels)`,
    );
  }
  if (rest.variant !== 'paper') checkNet(caller, rest.fc0, rest.fc2, channels);
  return tf.tidy(() => {
    const small = height < 3 || width < 3;
    const pooled = small ? pooledGradients(x) : gradientStatistics(x).pooled; // [B, 2, C]
    return tf.mul(x, spectralAttentionGate({ pooled, ...rest })); // [B, H, W, C]
  });
}

function checkNet(
  caller: string,
  fc0: tf.Tensor4D | undefined,
  fc2: tf.Tensor4D | undefined,
  channels: number,
): void {
  for (const [name, weight] of Object.entries({ fc0, fc2 })) {
    if (weight === undefined) {
      throw new Error(
        `${caller}: ${name}: got undefined, wanted [${channels}, ${channels}, 1, 1]; only variant 'paper' goes without`,
      );
    }
    checkShape(caller, name, weight, [channels, channels, 1, 1]);
  }
}
