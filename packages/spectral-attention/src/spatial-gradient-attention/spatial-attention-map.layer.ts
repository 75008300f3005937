import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { fanInUniform } from '../uniform-initializer.js';
import { spatialAttentionMap, type GradientAttentionVariant } from './spatial-gradient-attention.js';

export interface SpatialGradientAttentionConfig {
  readonly name?: string;
  /** Side of the convolution, odd; 7 unless stated. */
  readonly kernelSize?: number;
  readonly variant?: GradientAttentionVariant;
  /** Every initial value follows from this number; 0 unless stated. */
  readonly seed?: number;
}

/**
 * Layer of {@link spatialAttentionMap}: the maps of a `GradientStatisticsLayer`, [B, H, W, 2], to the attention map
 * [B, H, W, 1]. One weight `conv1.weight` [1, 2, K, K] (official name and layout), uniform in +-1/sqrt(2 K^2).
 */
export class SpatialAttentionMap extends tfl.layers.Layer {
  static readonly className: string = 'SpatialAttentionMap';
  protected readonly kernelSize: number;
  protected readonly variant: GradientAttentionVariant;
  private readonly seed: number;
  private kernel!: tfl.LayerVariable;

  constructor(config: SpatialGradientAttentionConfig = {}) {
    super(config);
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

  protected get weight(): tf.Tensor4D {
    return this.kernel.read() as tf.Tensor4D;
  }

  override call(inputs: tf.Tensor | tf.Tensor[], kwargs: Record<string, unknown>): tf.Tensor {
    return tf.tidy(() => {
      this.invokeCallHook(inputs, kwargs);
      const maps = (Array.isArray(inputs) ? inputs[0] : inputs) as tf.Tensor4D;
      return spatialAttentionMap({ maps, weight: this.weight, variant: this.variant });
    });
  }

  override computeOutputShape(inputShape: tfl.Shape | tfl.Shape[]): tfl.Shape | tfl.Shape[] {
    const shape = (Array.isArray(inputShape[0]) ? inputShape[0] : inputShape) as tfl.Shape;
    return [...shape.slice(0, -1), 1];
  }

  override getConfig(): tf.serialization.ConfigDict {
    const { kernelSize, variant, seed } = this;
    return { ...super.getConfig(), kernelSize, variant, seed };
  }
}
tf.serialization.registerClass(SpatialAttentionMap);
