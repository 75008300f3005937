import {
  firstShape,
  fixedChannels,
  registerLayer,
  singleInput,
  WeightTableLayer,
  type WeightTable,
  type WeightTableLayerConfig,
} from '@prismamba/core/layer';
import * as tf from '@tensorflow/tfjs-core';
import type * as tfl from '@tensorflow/tfjs-layers';
import type { GradientAttentionVariant } from '../spatial-gradient-attention/spatial-gradient-attention.js';
import { fanInUniform } from '../fan-in-uniform.js';
import { spectralAttentionGateCost } from './spectral-attention-gate.cost.js';
import { spectralAttentionGateOnnx } from './spectral-attention-gate.onnx.js';
import { spectralAttentionGate } from './spectral-gradient-attention.js';

export interface SpectralGradientAttentionConfig extends WeightTableLayerConfig {
  readonly variant?: GradientAttentionVariant;
}

/** None in the variant `paper`. */
interface GateWeights {
  readonly 'fc.0.weight'?: tf.Tensor4D;
  readonly 'fc.2.weight'?: tf.Tensor4D;
}

/**
 * Layer of {@link spectralAttentionGate}: the pooled values of a `GradientStatisticsLayer`, [B, 2, C], to the gate
 * [B, 1, 1, C]. Weights `fc.0.weight` and `fc.2.weight` [C, C, 1, 1] (official names and layout; none in the variant
 * `paper`), uniform in +-1/sqrt(C).
 */
export class SpectralAttentionGate extends WeightTableLayer<GateWeights> {
  static readonly className: string = 'SpectralAttentionGate';
  protected readonly variant: GradientAttentionVariant;

  constructor(config: SpectralGradientAttentionConfig = {}) {
    super(config);
    this.variant = config.variant ?? 'official';
  }

  protected override weightTable(inputShape: tfl.Shape): WeightTable<GateWeights> {
    const channels = fixedChannels(this.getClassName(), inputShape);
    if (this.variant !== 'official') return {};
    const weight = (name: keyof GateWeights) => ({
      shape: [channels, channels, 1, 1],
      initial: fanInUniform(channels, this.seed, name),
    });
    return { 'fc.0.weight': weight('fc.0.weight'), 'fc.2.weight': weight('fc.2.weight') };
  }

  /** The two weights, or none in the variant `paper`. */
  protected get net(): { fc0?: tf.Tensor4D; fc2?: tf.Tensor4D } {
    const { 'fc.0.weight': fc0, 'fc.2.weight': fc2 } = this.readWeights();
    return fc0 === undefined || fc2 === undefined ? {} : { fc0, fc2 };
  }

  override call(inputs: tf.Tensor | tf.Tensor[], kwargs: Record<string, unknown>): tf.Tensor {
    return tf.tidy(() => {
      this.invokeCallHook(inputs, kwargs);
      const pooled = singleInput<tf.Tensor3D>(inputs);
      return spectralAttentionGate({ pooled, ...this.net, variant: this.variant });
    });
  }

  override computeOutputShape(inputShape: tfl.Shape | tfl.Shape[]): tfl.Shape | tfl.Shape[] {
    const shape = firstShape(inputShape);
    return [shape[0]!, 1, 1, shape[shape.length - 1]!];
  }

  override getConfig(): tf.serialization.ConfigDict {
    return { ...super.getConfig(), variant: this.variant };
  }
}
registerLayer(SpectralAttentionGate, { cost: spectralAttentionGateCost, onnx: spectralAttentionGateOnnx });
