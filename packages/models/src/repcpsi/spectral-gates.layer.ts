import {
  constant,
  registerLayer,
  singleInput,
  WeightTableLayer,
  type WeightTable,
  type WeightTableLayerConfig,
} from '@prismamba/core/layer';
import * as tf from '@tensorflow/tfjs-core';
import { spectralGatesCost } from './spectral-gates.cost.js';
import { spectralGatesOnnx } from './spectral-gates.onnx.js';

interface GateWeights {
  readonly gate_h: tf.Tensor4D;
  readonly gate_w: tf.Tensor4D;
}

/**
 * RepCPSI's attention: the mean over height [B, W, C] and the mean over width [B, H, C] each pass a convolution of
 * length `kernel` along the **channel** axis (zero padding, no bias) and a sigmoid; the result is
 * x * gate_h (broadcast over height) * gate_w (broadcast over width).
 */
export class SpectralGates extends WeightTableLayer<GateWeights> {
  static readonly className = 'SpectralGates';
  readonly kernel: number;

  constructor(args: WeightTableLayerConfig & { kernel: number }) {
    super(args);
    this.kernel = args.kernel;
  }

  protected override weightTable(): WeightTable<GateWeights> {
    // Kernels of a convolution over the one-channel image [positions, channels].
    const weight = { shape: [1, this.kernel, 1, 1], initial: constant(0) };
    return { gate_h: weight, gate_w: weight };
  }

  override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
    const x = singleInput<tf.Tensor4D>(inputs);
    const gate = (axis: 1 | 2, weight: tf.Tensor4D) => {
      const pooled = tf.expandDims<tf.Tensor4D>(tf.mean(x, axis), 3); // [B, positions, C, 1]
      const mask = tf.sigmoid(tf.conv2d(pooled, weight, 1, 'same'));
      return tf.expandDims(tf.squeeze(mask, [3]), axis); // 1 in place of the pooled axis
    };
    return tf.tidy(() => {
      const { gate_h, gate_w } = this.readWeights();
      return tf.mul(tf.mul(x, gate(1, gate_h)), gate(2, gate_w));
    });
  }

  override getConfig(): tf.serialization.ConfigDict {
    return { ...super.getConfig(), kernel: this.kernel };
  }
}
registerLayer(SpectralGates, { cost: spectralGatesCost, onnx: spectralGatesOnnx });
