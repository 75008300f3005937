import * as tf from '@tensorflow/tfjs-core';
import { checkShape } from '@prismamba/core';
import { gelu } from '@prismamba/core/gelu';
import { spectralAttention } from './spectral-attention.js';

export interface SpectralMsaArgs {
  /** [B, H, W, C] */
  readonly x: tf.Tensor4D;
  /** Projections without bias, [C, C] as in x W. */
  readonly toQ: tf.Tensor2D;
  readonly toK: tf.Tensor2D;
  readonly toV: tf.Tensor2D;
  /** [heads, 1, 1] */
  readonly rescale: tf.Tensor3D;
  /** Output projection, [C, C] and [C]. */
  readonly projection: tf.Tensor2D;
  readonly projectionBias: tf.Tensor1D;
  /** The two depthwise 3x3 filters of the position branch, [3, 3, C, 1]. */
  readonly position0: tf.Tensor4D;
  readonly position2: tf.Tensor4D;
}

/**
 * Spectral-wise multi-head self-attention with its position branch (S-MSA of MST++, Cai et al., CVPRW 2022, fig. 3):
 *
 *     q, k, v = x Wq, x Wk, x Wv
 *     y = spectralAttention(q, k, v) Wp + bp + DW2(GELU(DW0(v)))
 *
 * with exact GELU and depthwise 3x3 convolutions on the map of v, zero padding, no bias.
 *
 * @returns y, [B, H, W, C].
 * @throws Error for a wrong shape, naming the argument.
 */
export function spectralMsa(args: SpectralMsaArgs): tf.Tensor4D {
  const { x, toQ, toK, toV, rescale, projection, projectionBias, position0, position2 } = args;
  checkShape('spectralMsa', 'x', x, ['B', 'H', 'W', 'C']);
  const [batch, height, width, channels] = x.shape;
  for (const [name, weight] of Object.entries({ toQ, toK, toV, projection })) {
    checkShape('spectralMsa', name, weight, [channels, channels]);
  }
  checkShape('spectralMsa', 'projectionBias', projectionBias, [channels]);
  for (const [name, filter] of Object.entries({ position0, position2 })) {
    checkShape('spectralMsa', name, filter, [3, 3, channels, 1]);
  }
  return tf.tidy(() => {
    const tokens = batch * height * width;
    const rows = tf.reshape<tf.Rank.R2>(x, [tokens, channels]);
    const projected = (weight: tf.Tensor2D): tf.Tensor3D =>
      tf.reshape(tf.matMul(rows, weight), [batch, height * width, channels]);
    const v = projected(toV);
    const attended = spectralAttention({ q: projected(toQ), k: projected(toK), v, rescale }); // [B, HW, C]
    const merged = tf.add(
      tf.matMul(tf.reshape<tf.Rank.R2>(attended, [tokens, channels]), projection),
      projectionBias,
    );
    const map = tf.reshape<tf.Rank.R4>(v, [batch, height, width, channels]);
    const position = tf.depthwiseConv2d(
      gelu(tf.depthwiseConv2d(map, position0, 1, 'same')),
      position2,
      1,
      'same',
    );
    return tf.add(tf.reshape(merged, x.shape), position);
  });
}
