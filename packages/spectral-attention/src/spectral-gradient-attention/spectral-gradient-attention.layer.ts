import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import type { GradientAttentionVariant } from '../spatial-gradient-attention/spatial-gradient-attention.js';
import { fanInUniform } from '../uniform-initializer.js';
import { spectralGradientAttention } from './spectral-gradient-attention.js';

export interface SpectralGradientAttentionConfig {
  readonly name?: string;
  readonly variant?: GradientAttentionVariant;
  /** Every initial value follows from this number; 0 unless stated. */
  readonly seed?: number;
}

/**
 * Layer of {@link spectralGradientAttention}: [B, H, W, C] to the same shape, weights `fc.0.weight` and
 * `fc.2.weight` [C, C, 1, 1] (official names and layout; none in the variant `paper`), uniform in +-1/sqrt(C).
 */
export class SpectralGradientAttention extends tfl.layers.Layer {
  static readonly className = 'SpectralGradientAttention';
  private readonly variant: GradientAttentionVariant;
  private readonly seed: number;
  private fc: tfl.LayerVariable[] = [];

  constructor(config: SpectralGradientAttentionConfig = {}) {
    super(config as ConstructorParameters<typeof tfl.layers.Layer>[0]);
    this.variant = config.variant ?? 'official';
    this.seed = config.seed ?? 0;
  }

  override build(inputShape: tfl.Shape | tfl.Shape[]): void {
    const channels = lastSize('SpectralGradientAttention', inputShape);
    if (this.variant === 'official') {
      this.fc = ['fc.0.weight', 'fc.2.weight'].map((name) =>
        this.addWeight(name, [channels, channels, 1, 1], 'float32', fanInUniform(channels, this.seed, name)),
      );
    }
    this.built = true;
  }

  override call(inputs: tf.Tensor | tf.Tensor[], kwargs: Record<string, unknown>): tf.Tensor {
    return tf.tidy(() => {
      this.invokeCallHook(inputs, kwargs);
      const x = (Array.isArray(inputs) ? inputs[0] : inputs) as tf.Tensor4D;
      const [fc0, fc2] = this.fc.map((weight) => weight.read() as tf.Tensor4D);
      return spectralGradientAttention({ x, fc0, fc2, variant: this.variant });
    });
  }

  override computeOutputShape(inputShape: tfl.Shape | tfl.Shape[]): tfl.Shape | tfl.Shape[] {
    return inputShape;
  }

  override getConfig(): tf.serialization.ConfigDict {
    const { variant, seed } = this;
    return { ...super.getConfig(), variant, seed };
  }
}
tf.serialization.registerClass(SpectralGradientAttention);

function lastSize(caller: string, inputShape: tfl.Shape | tfl.Shape[]): number {
  const shape = (Array.isArray(inputShape[0]) ? inputShape[0] : inputShape) as tfl.Shape;
  const channels = shape[shape.length - 1];
  if (typeof channels !== 'number') {
    throw new Error(
      `${caller}: input shape: got [${shape.join(', ')}], wanted a fixed number of channels as the last size`,
    );
  }
  return channels;
}
