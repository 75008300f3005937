import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';

/** x - mean_c x at every pixel: the spectral zero-mean normalisation of AGD-Net. */
export class RemoveChannelMean extends tfl.layers.Layer {
  static readonly className = 'RemoveChannelMean';

  override computeOutputShape(shape: tfl.Shape): tfl.Shape {
    return shape;
  }

  override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
    const x = (Array.isArray(inputs) ? inputs[0] : inputs) as tf.Tensor4D;
    return tf.tidy(() => tf.sub(x, tf.mean(x, 3, true)));
  }
}
tf.serialization.registerClass(RemoveChannelMean);

/**
 * ReLU(W (x - mean_c x)), a 1x1 convolution of a map without its mean over channels. Since
 * W (x - 1 mean x) = (W - W 1 1'/C) x, the mean is taken from the weights and no map is copied.
 */
export class PointwiseWithoutMean extends tfl.layers.Layer {
  static readonly className = 'PointwiseWithoutMean';
  readonly filters: number;
  private kernel: tfl.LayerVariable | undefined;

  constructor(args: { name?: string; filters: number }) {
    super(args);
    this.filters = args.filters;
  }

  override build(shape: tfl.Shape): void {
    const channels = shape[3]!;
    this.kernel = this.addWeight(
      'kernel',
      [1, 1, channels, this.filters],
      'float32',
      tfl.initializers.zeros(),
    );
    this.built = true;
  }

  override computeOutputShape([batch, height, width]: tfl.Shape): tfl.Shape {
    return [batch!, height!, width!, this.filters];
  }

  override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
    return tf.tidy(() => {
      const x = (Array.isArray(inputs) ? inputs[0] : inputs) as tf.Tensor4D;
      const kernel = this.kernel!.read() as tf.Tensor4D; // [1, 1, C, filters]
      const centred = tf.sub<tf.Tensor4D>(kernel, tf.mean(kernel, 2, true));
      return tf.relu(tf.conv2d(x, centred, 1, 'same'));
    });
  }

  override getConfig(): tf.serialization.ConfigDict {
    return { ...super.getConfig(), filters: this.filters };
  }
}
tf.serialization.registerClass(PointwiseWithoutMean);
