import * as tf from '@tensorflow/tfjs-core';

/**
 * Space to channels by k: output channel c k^2 + y k + x takes input (k i + y, k j + x, c); PyTorch's order, which
 * differs from `tf.spaceToDepth`. [B, kH, kW, C] -> [B, H, W, C k^2].
 */
export function pixelUnshuffle(x: tf.Tensor4D, k: number): tf.Tensor4D {
  const [batch, height, width, channels] = x.shape;
  const [h, w] = [height / k, width / k];
  return tf.tidy(() => {
    const cells = tf.reshape(x, [batch, h, k, w, k, channels]);
    return tf.reshape(tf.transpose(cells, [0, 1, 3, 5, 2, 4]), [batch, h, w, channels * k * k]);
  });
}

/** The inverse of {@link pixelUnshuffle}: [B, H, W, C k^2] -> [B, kH, kW, C]. */
export function pixelShuffle(x: tf.Tensor4D, k: number): tf.Tensor4D {
  const [batch, h, w, channels] = x.shape;
  const c = channels / (k * k);
  return tf.tidy(() => {
    const cells = tf.reshape(x, [batch, h, w, c, k, k]);
    return tf.reshape(tf.transpose(cells, [0, 1, 4, 2, 5, 3]), [batch, h * k, w * k, c]);
  });
}
