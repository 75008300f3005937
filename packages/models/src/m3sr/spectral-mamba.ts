import { withoutPrefix, type WithPrefix } from '@prismamba/core/layer';
import { recompute } from '@prismamba/ssm-core';
import { mambaBlock, recomputeWithWeights, type MambaBlockWeights } from '@prismamba/ssm-core/internal';
import * as tf from '@tensorflow/tfjs-core';

/** Of the group normalisation. */
export const NORM_EPSILON = 1e-5;

/** Floats that one [pixels, D, N] tensor of the scan may hold: pixels are worked through in pieces of that size. */
const SCAN_FLOATS = 4 * 2 ** 20;

/**
 * The Mamba block over each pixel's `groups` tokens: [B, H, W, G d] to the same shape. Pixels are independent, so they
 * are taken in pieces, each of which keeps only its input for the backward pass.
 */
export function mambaOverTokens(x: tf.Tensor4D, groups: number, weights: MambaBlockWeights): tf.Tensor4D {
  const [batch, height, width, channels] = x.shape;
  const pixels = batch * height * width;
  const [inner, states] = weights.A_log.shape;
  const most = Math.max(1, Math.floor(SCAN_FLOATS / (inner * states)));
  return tf.tidy(() => {
    const tokens = tf.reshape<tf.Rank.R3>(x, [pixels, groups, channels / groups]); // [BHW, G, d]
    const pieces: tf.Tensor3D[] = [];
    for (let from = 0; from < pixels; from += most) {
      const count = Math.min(most, pixels - from);
      const piece = tf.slice(tokens, [from, 0, 0], [count, groups, channels / groups]);
      pieces.push(recomputeWithWeights(mambaBlock, piece, weights));
    }
    return tf.reshape(pieces.length === 1 ? pieces[0]! : tf.concat(pieces, 0), x.shape);
  });
}

/** Mean over the pixels and the channels of each group, [B, 1, 1, groups, 1], from sums of one axis at a time. */
function groupMean(x: tf.Tensor): tf.Tensor {
  const channels = tf.mean(x, 4, true); // [B, H, W, g, 1]
  return tf.mean(tf.mean(channels, 2, true), 1, true);
}

/**
 * Group normalisation (Wu and He 2018; `torch.nn.GroupNorm`): statistics over all pixels and the channels of a group,
 * biased variance, epsilon 1e-5.
 */
export function groupNorm(
  x: tf.Tensor4D,
  groups: number,
  weight: tf.Tensor1D,
  bias: tf.Tensor1D,
): tf.Tensor4D {
  const [batch, height, width, channels] = x.shape;
  return tf.tidy(() => {
    const grouped = tf.reshape(x, [batch, height, width, groups, channels / groups]);
    const centred = tf.sub(grouped, groupMean(grouped));
    const normalised = tf.mul(centred, tf.rsqrt(tf.add(groupMean(tf.square(centred)), NORM_EPSILON)));
    return tf.add<tf.Tensor4D>(tf.mul(tf.reshape(normalised, x.shape), weight), bias);
  });
}

/** Weights of {@link spectralMamba} under the official names. */
export interface SpectralMambaWeights extends WithPrefix<'mamba.', MambaBlockWeights> {
  readonly 'proj.0.weight': tf.Tensor1D;
  readonly 'proj.0.bias': tf.Tensor1D;
}

/**
 * Spectral branch of M3SR without its 1x1 convolutions: y = x + SiLU(GroupNorm(Mamba over the pixel's tokens)).
 * Channels are token-major: token g holds channels g d and following. The group normalisation has as many groups as
 * there are tokens: 4 in the released network; that it follows G is our reading (4 groups do not divide 62 channels).
 */
export function spectralMamba(x: tf.Tensor4D, groups: number, weights: SpectralMambaWeights): tf.Tensor4D {
  const { 'proj.0.weight': weight, 'proj.0.bias': bias } = weights;
  const mamba = withoutPrefix('mamba.', weights);
  return tf.tidy(() => {
    // Kept for the backward pass: the Mamba block's output, not the maps of the normalisation.
    const active = recompute(
      (y, gamma, beta) => {
        const normalised = groupNorm(y as tf.Tensor4D, groups, gamma as tf.Tensor1D, beta as tf.Tensor1D);
        return tf.mul<tf.Tensor4D>(normalised, tf.sigmoid(normalised));
      },
      [mambaOverTokens(x, groups, mamba), weight, bias],
    );
    return tf.add(active, x);
  });
}
