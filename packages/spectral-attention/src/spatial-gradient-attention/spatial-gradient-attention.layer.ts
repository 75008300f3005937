import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { fanInUniform } from '../uniform-initializer.js';
import { spatialGradientAttention, type GradientAttentionVariant } from './spatial-gradient-attention.js';

export interface SpatialGradientAttentionConfig {
  readonly name?: string;
  /** Side of the convolution, odd; 7 unless stated. */
  readonly kernelSize?: number;
  readonly variant?: GradientAttentionVariant;
  /** Every initial value follows from this number; 0 unless stated. */
  readonly seed?: number;
}

/**
 * Layer of {@link spatialGradientAttention}: [B, H, W, C] to the same shape, one weight `conv1.weight`
 * [1, 2, K, K] (official name and layout), uniform in +-1/sqrt(2 K^2).
 */
export class SpatialGradientAttention extends tfl.layers.Layer {
  static readonly className = 'SpatialGradientAttention';
  private readonly kernelSize: number;
  private readonly variant: GradientAttentionVariant;
  private readonly seed: number;
  private kernel!: tfl.LayerVariable;

  constructor(config: SpatialGradientAttentionConfig = {}) {
    super(config as ConstructorParameters<typeof tfl.layers.Layer>[0]);
    this.kernelSize = config.kernelSize ?? 7;
    this.variant = config.variant ?? 'official';
    this.seed = config.seed ?? 0;
  }

  override build(_inputShape: tfl.Shape | tfl.Shape[]): void {
    const size = this.kernelSize;
    const initial = fanInUniform(2 * size * size, this.seed, 'conv1.weight');
    this.kernel = this.addWeight('conv1.weight', [1, 2, size, size], 'float32', initial);
    this.built = true;
  }

  override call(inputs: tf.Tensor | tf.Tensor[], kwargs: Record<string, unknown>): tf.Tensor {
    return tf.tidy(() => {
      this.invokeCallHook(inputs, kwargs);
      const x = (Array.isArray(inputs) ? inputs[0] : inputs) as tf.Tensor4D;
      return spatialGradientAttention({
        x,
        weight: this.kernel.read() as tf.Tensor4D,
        variant: this.variant,
      });
    });
  }

  override computeOutputShape(inputShape: tfl.Shape | tfl.Shape[]): tfl.Shape | tfl.Shape[] {
    return inputShape;
  }

  override getConfig(): tf.serialization.ConfigDict {
    const { kernelSize, variant, seed } = this;
    return { ...super.getConfig(), kernelSize, variant, seed };
  }
}
tf.serialization.registerClass(SpatialGradientAttention);
