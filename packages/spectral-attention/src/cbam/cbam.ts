import * as tf from '@tensorflow/tfjs-core';
import { checkShape } from '@prismamba/core';
import { maxAlongLastAxis } from '../extrema/extrema.js';
import { relu } from '../relu/relu.js';

export interface CbamArgs {
  /** Features, [B, H, W, C]. */
  readonly x: tf.Tensor4D;
  /** The shared net of the channel attention, [C, C/r] and [C/r, C] as in v W. */
  readonly fc0: tf.Tensor2D;
  readonly fc2: tf.Tensor2D;
  /** The filter of the spatial attention, [K, K, 2, 1], K odd; input channel 0 is the mean, 1 the maximum. */
  readonly filter: tf.Tensor4D;
}

/**
 * Convolutional block attention module (Woo et al., ECCV 2018, eqs. 2-5), channel attention first, then spatial:
 *
 *     Mc = sigmoid(MLP(mean_hw x) + MLP(max_hw x)),  MLP(v) = relu(v W0) W2;   x' = x * Mc
 *     Ms = sigmoid(conv_KxK([mean_c x', max_c x']));                           y  = x' * Ms
 *
 * as the equations are printed: no biases and no batch normalisation (the authors' code adds both).
 *
 * @returns y, [B, H, W, C].
 * @throws Error for a wrong shape, naming the argument.
 */
export function cbam({ x, fc0, fc2, filter }: CbamArgs): tf.Tensor4D {
  checkShape('cbam', 'x', x, ['B', 'H', 'W', 'C']);
  const [batch, height, width, channels] = x.shape;
  checkShape('cbam', 'fc0', fc0, [channels, 'C/r']);
  checkShape('cbam', 'fc2', fc2, [fc0.shape[1], channels]);
  checkShape('cbam', 'filter', filter, ['K', filter.shape[0], 2, 1]);
  if (filter.shape[0] % 2 === 0) {
    throw new Error(`cbam: filter: got an even size ${filter.shape[0]}, wanted an odd one`);
  }
  return tf.tidy(() => {
    const pixelsLast = tf.transpose(tf.reshape(x, [batch, height * width, channels]), [0, 2, 1]); // [B, C, HW]
    const net = (pooled: tf.Tensor) => tf.matMul(relu(tf.matMul(pooled as tf.Tensor2D, fc0)), fc2); // [B, C]
    const channelGate = tf.sigmoid(tf.add(net(tf.mean(pixelsLast, 2)), net(maxAlongLastAxis(pixelsLast))));
    const gated = tf.mul<tf.Tensor4D>(x, tf.reshape(channelGate, [batch, 1, 1, channels])); // [B, H, W, C]
    const statistics = tf.stack([tf.mean(gated, 3), maxAlongLastAxis(gated)], 3) as tf.Tensor4D; // [B, H, W, 2]
    const spatialGate = tf.sigmoid(tf.conv2d(statistics, filter, 1, 'same')); // [B, H, W, 1]
    return tf.mul(gated, spatialGate);
  });
}
