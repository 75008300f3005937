import * as tf from '@tensorflow/tfjs-core';

/** The tokens of one direction, [B, H, W, C] -> [B, L, C]. */
export function readDirection(x: tf.Tensor4D, direction: number): tf.Tensor3D {
  const [batch, height, width, channels] = x.shape;
  const oriented = direction % 2 === 0 ? x : tf.transpose(x, [0, 2, 1, 3]);
  const sequence = tf.reshape<tf.Rank.R3>(oriented, [batch, height * width, channels]);
  return direction >= 2 ? tf.reverse(sequence, 1) : sequence; // [B, L, C]
}

/** A sequence of one direction back as a map; the inverse of {@link readDirection}. */
export function placeDirection(
  y: tf.Tensor3D,
  direction: number,
  height: number,
  width: number,
): tf.Tensor4D {
  const [batch, , channels] = y.shape;
  const forward = direction >= 2 ? tf.reverse(y, 1) : y;
  if (direction % 2 === 0) return tf.reshape(forward, [batch, height, width, channels]);
  return tf.transpose(tf.reshape<tf.Rank.R4>(forward, [batch, width, height, channels]), [0, 2, 1, 3]);
}

/** Cross scan out of TensorFlow.js operators: [B, H, W, C] -> [B, K, L, C]. */
export function crossScanComposed(x: tf.Tensor4D, directions: readonly number[]): tf.Tensor4D {
  // Concatenation, not stack: Pack has no gradient in TensorFlow.js 4.22.
  return tf.tidy(() =>
    tf.concat(
      directions.map((k) => tf.expandDims<tf.Tensor4D>(readDirection(x, k), 1)),
      1,
    ),
  );
}

/** Cross merge out of TensorFlow.js operators: [B, K, L, C] -> [B, H, W, C], the directions summed in order. */
export function crossMergeComposed(
  y: tf.Tensor4D,
  directions: readonly number[],
  height: number,
  width: number,
): tf.Tensor4D {
  const [batch, , length, channels] = y.shape;
  return tf.tidy(() => {
    const maps = directions.map((k, i) => {
      const slice = tf.slice(y, [0, i, 0, 0], [batch, 1, length, channels]);
      return placeDirection(tf.reshape(slice, [batch, length, channels]), k, height, width);
    });
    return maps.reduce((sum, map) => tf.add<tf.Tensor4D>(sum, map));
  });
}
