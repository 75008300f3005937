import * as tf from '@tensorflow/tfjs-core';
import { checkShape } from '@prismamba/core';

/** The smallest norm that a channel is divided by, as in `torch.nn.functional.normalize`. */
const SMALLEST_NORM = 1e-12;

export interface SpectralAttentionArgs {
  /** Queries, keys and values, each [B, n, c]: n tokens (pixels) of c channels. */
  readonly q: tf.Tensor3D;
  readonly k: tf.Tensor3D;
  readonly v: tf.Tensor3D;
  /** One factor a head, [heads, 1, 1]; heads divides c, and head h owns the channels h c/heads and following. */
  readonly rescale: tf.Tensor3D;
}

/** [B, c, c] with everything outside the heads' diagonal blocks cut away, as [B, heads, w, w]. */
function diagonalBlocks(matrix: tf.Tensor3D, heads: number): tf.Tensor4D {
  const [batch, channels] = matrix.shape;
  const width = channels / heads;
  if (heads === 1) return tf.expandDims(matrix, 1);
  const block = (h: number) => tf.slice(matrix, [0, h * width, h * width], [batch, width, width]);
  return tf.stack(
    Array.from({ length: heads }, (_, h) => block(h)),
    1,
  ) as tf.Tensor4D;
}

/** The inverse: [B, heads, w, w] as a block-diagonal [B, c, c]. */
function blockDiagonal(blocks: tf.Tensor4D): tf.Tensor3D {
  const [batch, heads, width] = blocks.shape;
  // Also because the gradient of tf.unstack fails for a single slice.
  if (heads === 1) return tf.squeeze(blocks, [1]);
  const rows = tf.unstack(blocks, 1).map((block, h) =>
    tf.pad(block, [
      [0, 0],
      [0, 0],
      [h * width, (heads - 1 - h) * width],
    ]),
  );
  return tf.reshape(tf.concat(rows, 1), [batch, heads * width, heads * width]);
}

/** 1 / max(|x_c|, 1e-12) of every channel, the norm taken over the tokens: [B, c]. */
function inverseNorms(x: tf.Tensor3D): tf.Tensor2D {
  // max(norm, e) = sqrt(max(norm^2, e^2)), whose gradient is 0, not NaN, for a channel of zeros.
  return tf.rsqrt(tf.maximum(tf.sum(tf.square(x), 1), SMALLEST_NORM ** 2));
}

/**
 * Spectral-wise attention of MST and MST++ (Cai et al., CVPR 2022 and CVPRW 2022, eqs. 3-4): the tokens are the
 * channels, each a vector over all n pixels, so the cost is linear in n. In each head, with
 * k^ and q^ the channels divided by their norms,
 *
 *     A = softmax_j(rescale <k^_i, q^_j>),   o_i = sum_j A_ij v_j.
 *
 * Method: one Gram matrix K' Q for all heads, scaled afterwards, so that no normalised or transposed copy of a
 * map is made; the products between heads are computed and cut away.
 *
 * @returns o, [B, n, c].
 * @throws Error for a wrong shape, or heads that do not divide c.
 */
export function spectralAttention({ q, k, v, rescale }: SpectralAttentionArgs): tf.Tensor3D {
  checkShape('spectralAttention', 'q', q, ['B', 'n', 'c']);
  checkShape('spectralAttention', 'k', k, q.shape);
  checkShape('spectralAttention', 'v', v, q.shape);
  checkShape('spectralAttention', 'rescale', rescale, ['heads', 1, 1]);
  const [batch, , channels] = q.shape;
  const heads = rescale.shape[0];
  if (channels % heads !== 0) {
    throw new Error(
      `spectralAttention: rescale: got ${heads} heads, wanted a divisor of the ${channels} channels`,
    );
  }
  return tf.tidy(() => {
    const gram = tf.matMul(k, q, true, false); // [B, c, c]
    const scaled = tf.mul<tf.Tensor3D>(
      tf.mul(gram, tf.reshape(inverseNorms(k), [batch, channels, 1])),
      tf.reshape(inverseNorms(q), [batch, 1, channels]),
    );
    const weights = tf.softmax(tf.mul<tf.Tensor4D>(diagonalBlocks(scaled, heads), rescale)); // [B, heads, w, w]
    return tf.matMul(v, blockDiagonal(weights), false, true); // [B, n, c]
  });
}
