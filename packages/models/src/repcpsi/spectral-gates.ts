import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';

/**
 * RepCPSI's attention: the mean over height [B, W, C] and the mean over width [B, H, C] each pass a convolution of
 * length `kernel` along the **channel** axis (zero padding, no bias) and a sigmoid; the result is
 * x * gate_h (broadcast over height) * gate_w (broadcast over width).
 */
export class SpectralGates extends tfl.layers.Layer {
  static readonly className = 'SpectralGates';
  readonly kernel: number;
  private gateH!: tfl.LayerVariable;
  private gateW!: tfl.LayerVariable;

  constructor(args: { name?: string; kernel: number }) {
    super(args);
    this.kernel = args.kernel;
  }

  override build(inputShape: tfl.Shape | tfl.Shape[]): void {
    // Kernels of a convolution over the one-channel image [positions, channels].
    const shape = [1, this.kernel, 1, 1];
    this.gateH = this.addWeight('gate_h', shape, 'float32', tfl.initializers.zeros());
    this.gateW = this.addWeight('gate_w', shape, 'float32', tfl.initializers.zeros());
    super.build(inputShape);
  }

  override computeOutputShape(shape: tfl.Shape): tfl.Shape {
    return shape;
  }

  override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
    const x = (Array.isArray(inputs) ? inputs[0] : inputs) as tf.Tensor4D;
    const gate = (axis: 1 | 2, weight: tfl.LayerVariable) => {
      const pooled = tf.expandDims<tf.Tensor4D>(tf.mean(x, axis), 3); // [B, positions, C, 1]
      const mask = tf.sigmoid(tf.conv2d(pooled, weight.read() as tf.Tensor4D, 1, 'same'));
      return tf.expandDims(tf.squeeze(mask, [3]), axis); // 1 in place of the pooled axis
    };
    return tf.tidy(() => tf.mul(tf.mul(x, gate(1, this.gateH)), gate(2, this.gateW)));
  }

  override getConfig(): tf.serialization.ConfigDict {
    return { ...super.getConfig(), kernel: this.kernel };
  }
}
tf.serialization.registerClass(SpectralGates);
