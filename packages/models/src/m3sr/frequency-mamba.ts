import { withoutPrefix, type WithPrefix } from '@prismamba/core/layer';
import { layerNorm, mamba2Block, type Mamba2BlockWeights } from '@prismamba/ssm-core/internal';
import { dwt2d, idwt2d, type WaveletName } from '@prismamba/spectral-attention';
import * as tf from '@tensorflow/tfjs-core';

/** The one layer norm of the network that keeps its class's own epsilon; all others have 1e-5. */
export const FREQUENCY_NORM_EPSILON = 1e-6;

/** Weights of {@link frequencyMamba} under the official names. */
export interface FrequencyMambaWeights extends WithPrefix<'att_spa.', Mamba2BlockWeights> {
  readonly 'ln.weight': tf.Tensor1D;
  readonly 'ln.bias': tf.Tensor1D;
}

/**
 * Frequency branch of M3SR: bands = DWT(u), channels LL, LH, HL, HH of all d; f = bands + SS2D(LN(bands));
 * y = IDWT(f).
 *
 * @param u [B, H, W, d].
 * @returns [B, H, W, d].
 */
export function frequencyMamba(
  u: tf.Tensor4D,
  wavelet: WaveletName,
  weights: FrequencyMambaWeights,
): tf.Tensor4D {
  const [, height, width] = u.shape;
  const { 'ln.weight': gamma, 'ln.bias': beta } = weights;
  const scan = withoutPrefix('att_spa.', weights);
  return tf.tidy(() => {
    const bands = dwt2d(u, wavelet); // [B, H/2, W/2, 4d]
    const mixed = tf.tidy(() =>
      mamba2Block(layerNorm({ x: bands, gamma, beta, epsilon: FREQUENCY_NORM_EPSILON }), scan),
    );
    return idwt2d(tf.add(bands, mixed), wavelet, [height, width]);
  });
}
