import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';

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

/** Channels to space (`factor` > 0 as `direction` says), PyTorch's channel order. */
export class PixelShuffle extends tfl.layers.Layer {
  static readonly className = 'PixelShuffle';
  readonly factor: number;
  readonly direction: 'shuffle' | 'unshuffle';

  constructor(args: { name?: string; factor: number; direction: 'shuffle' | 'unshuffle' }) {
    super(args);
    this.factor = args.factor;
    this.direction = args.direction;
  }

  override computeOutputShape(shape: tfl.Shape): tfl.Shape {
    const [batch, height, width, channels] = shape;
    const k = this.factor;
    const scale = (size: number | null | undefined, by: number) =>
      size === null || size === undefined ? null : size * by;
    return this.direction === 'shuffle'
      ? [batch!, scale(height, k), scale(width, k), channels! / (k * k)]
      : [batch!, scale(height, 1 / k), scale(width, 1 / k), channels! * k * k];
  }

  override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
    const x = (Array.isArray(inputs) ? inputs[0] : inputs) as tf.Tensor4D;
    return this.direction === 'shuffle' ? pixelShuffle(x, this.factor) : pixelUnshuffle(x, this.factor);
  }

  override getConfig(): tf.serialization.ConfigDict {
    return { ...super.getConfig(), factor: this.factor, direction: this.direction };
  }
}
tf.serialization.registerClass(PixelShuffle);
