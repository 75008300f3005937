import * as tf from '@tensorflow/tfjs-core';
import { globalMax, globalMin, maxAlongLastAxis } from '../extrema.js';
import type { GradientAttentionVariant } from '../spatial-gradient-attention/spatial-gradient-attention.js';
import { SPECTRAL_GRADIENT_EPSILON } from './spectral-gradient-attention.js';

export interface SpectralComposedArgs {
  readonly x: tf.Tensor4D;
  readonly fc0: tf.Tensor4D | undefined;
  readonly fc2: tf.Tensor4D | undefined;
  readonly variant: GradientAttentionVariant;
}

/** s from the pooled, normalised gradients: `pooled` is [B, 2, C], row 0 the mean and row 1 the maximum. */
export function spectralGate(
  pooled: tf.Tensor3D,
  fc0: tf.Tensor4D | undefined,
  fc2: tf.Tensor4D | undefined,
  variant: GradientAttentionVariant,
): tf.Tensor2D {
  if (variant === 'paper' || fc0 === undefined || fc2 === undefined) {
    return tf.sigmoid(tf.sum(pooled, 1)); // [B, C]
  }
  const [batch, , channels] = pooled.shape;
  const square = (w: tf.Tensor4D) => tf.reshape(w, [channels, channels]) as tf.Tensor2D;
  const rows = tf.reshape(pooled, [batch * 2, channels]) as tf.Tensor2D;
  // f(v) = sigmoid(W2 relu(W0 v)), both pooled vectors at once
  const hidden = tf.relu(tf.matMul(rows, square(fc0), false, true)); // [2B, C]
  const f = tf.sigmoid(tf.matMul(hidden, square(fc2), false, true)); // [2B, C]
  return tf.sigmoid(tf.sum(tf.reshape(f, [batch, 2, channels]), 1)); // [B, C]
}

/** The gate s of {@link spectralGradientAttentionComposed}, [B, C]. */
export function spectralAttentionVectorComposed({ x, fc0, fc2, variant }: SpectralComposedArgs): tf.Tensor2D {
  const [batch, height, width, channels] = x.shape;
  const below = tf.slice(x, [0, 0, 0, 0], [batch, height, width, channels - 1]);
  const g = tf.sub(tf.slice(x, [0, 0, 0, 1], [batch, height, width, channels - 1]), below); // [B, H, W, C-1]
  const low = globalMin(g);
  // n = (g - min g) / (max g - min g + 1e-8)
  const n = tf.div(tf.sub(g, low), tf.add(tf.sub(globalMax(g), low), SPECTRAL_GRADIENT_EPSILON));
  const pixelsLast = tf.transpose(tf.reshape(n, [batch, height * width, channels - 1]), [0, 2, 1]); // [B, C-1, HW]
  const pooled = tf.stack([tf.mean(pixelsLast, 2), maxAlongLastAxis(pixelsLast)], 1) as tf.Tensor3D; // [B, 2, C-1]
  // the last channel is a copy of the one before it
  const complete = tf.concat([pooled, tf.slice(pooled, [0, 0, channels - 2], [batch, 2, 1])], 2); // [B, 2, C]
  return spectralGate(complete, fc0, fc2, variant);
}

/** Spectral gradient attention out of TensorFlow.js operators. */
export function spectralGradientAttentionComposed(args: SpectralComposedArgs): tf.Tensor4D {
  return tf.tidy(() => {
    const [batch, , , channels] = args.x.shape;
    return tf.mul(
      args.x,
      tf.reshape(spectralAttentionVectorComposed(args), [batch, 1, 1, channels]),
    ) as tf.Tensor4D;
  });
}
