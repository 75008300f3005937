import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { lastSize } from '../last-size.js';
import type { GradientAttentionVariant } from '../spatial-gradient-attention/spatial-gradient-attention.js';
import { fanInUniform } from '../uniform-initializer.js';
import { spectralAttentionGate } from './spectral-gradient-attention.js';

export interface SpectralGradientAttentionConfig {
  readonly name?: string;
  readonly variant?: GradientAttentionVariant;
  /** Every initial value follows from this number; 0 unless stated. */
  readonly seed?: number;
}

/**
 * Layer of {@link spectralAttentionGate}: the pooled values of a `GradientStatisticsLayer`, [B, 2, C], to the gate
 * [B, 1, 1, C]. Weights `fc.0.weight` and `fc.2.weight` [C, C, 1, 1] (official names and layout; none in the variant
 * `paper`), uniform in +-1/sqrt(C).
 */
export class SpectralAttentionGate extends tfl.layers.Layer {
  static readonly className: string = 'SpectralAttentionGate';
  protected readonly variant: GradientAttentionVariant;
  private readonly seed: number;
  private fc: tfl.LayerVariable[] = [];

  constructor(config: SpectralGradientAttentionConfig = {}) {
    super(config);
    this.variant = config.variant ?? 'official';
    this.seed = config.seed ?? 0;
  }

  override build(inputShape: tfl.Shape | tfl.Shape[]): void {
    const channels = lastSize(this.getClassName(), inputShape);
    if (this.variant === 'official') {
      this.fc = ['fc.0.weight', 'fc.2.weight'].map((name) =>
        this.addWeight(name, [channels, channels, 1, 1], 'float32', fanInUniform(channels, this.seed, name)),
      );
    }
    this.built = true;
  }

  /** The two weights, or none in the variant `paper`. */
  protected get net(): { fc0?: tf.Tensor4D; fc2?: tf.Tensor4D } {
    const [fc0, fc2] = this.fc.map((weight) => weight.read() as tf.Tensor4D);
    return fc0 === undefined || fc2 === undefined ? {} : { fc0, fc2 };
  }

  override call(inputs: tf.Tensor | tf.Tensor[], kwargs: Record<string, unknown>): tf.Tensor {
    return tf.tidy(() => {
      this.invokeCallHook(inputs, kwargs);
      const pooled = (Array.isArray(inputs) ? inputs[0] : inputs) as tf.Tensor3D;
      return spectralAttentionGate({ pooled, ...this.net, variant: this.variant });
    });
  }

  override computeOutputShape(inputShape: tfl.Shape | tfl.Shape[]): tfl.Shape | tfl.Shape[] {
    const shape = (Array.isArray(inputShape[0]) ? inputShape[0] : inputShape) as tfl.Shape;
    return [shape[0]!, 1, 1, shape[shape.length - 1]!];
  }

  override getConfig(): tf.serialization.ConfigDict {
    const { variant, seed } = this;
    return { ...super.getConfig(), variant, seed };
  }
}
tf.serialization.registerClass(SpectralAttentionGate);
