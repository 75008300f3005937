import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';

/** Softmax over all positions of a one-channel map: [B, H, W, 1] -> [B, H, W, 1], summing to 1 in each sample. */
export class PositionSoftmax extends tfl.layers.Layer {
  static readonly className = 'PositionSoftmax';

  override computeOutputShape(shape: tfl.Shape): tfl.Shape {
    return shape;
  }

  override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
    const x = (Array.isArray(inputs) ? inputs[0] : inputs) as tf.Tensor4D;
    return tf.tidy(() => tf.reshape(tf.softmax(tf.reshape(x, [x.shape[0], -1])), x.shape));
  }
}
tf.serialization.registerClass(PositionSoftmax);

/** Inner product over channels: inputs [a [B, 1, 1, C], t [B, H, W, C]] -> [B, H, W, 1], s = sum_c a_c t_c. */
export class ChannelDot extends tfl.layers.Layer {
  static readonly className = 'ChannelDot';

  override computeOutputShape(shapes: tfl.Shape[]): tfl.Shape {
    return [...shapes[1]!.slice(0, 3), 1];
  }

  override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
    const [a, t] = inputs as [tf.Tensor4D, tf.Tensor4D];
    return tf.tidy(() => tf.sum(tf.mul(a, t), 3, true));
  }
}
tf.serialization.registerClass(ChannelDot);

/** Channels [begin, begin + size) of a map. */
export class ChannelSlice extends tfl.layers.Layer {
  static readonly className = 'ChannelSlice';
  readonly begin: number;
  readonly size: number;

  constructor(args: { name?: string; begin: number; size: number }) {
    super(args);
    this.begin = args.begin;
    this.size = args.size;
  }

  override computeOutputShape(shape: tfl.Shape): tfl.Shape {
    return [...shape.slice(0, 3), this.size];
  }

  override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
    const x = (Array.isArray(inputs) ? inputs[0] : inputs) as tf.Tensor4D;
    return tf.slice(x, [0, 0, 0, this.begin], [-1, -1, -1, this.size]);
  }

  override getConfig(): tf.serialization.ConfigDict {
    return { ...super.getConfig(), begin: this.begin, size: this.size };
  }
}
tf.serialization.registerClass(ChannelSlice);
