import {
  firstShape,
  registerLayer,
  singleInput,
  WeightTableLayer,
  type WeightTable,
  type WeightTableLayerConfig,
} from '@prismamba/core/layer';
import * as tf from '@tensorflow/tfjs-core';
import type * as tfl from '@tensorflow/tfjs-layers';
import { fanInUniform } from '../fan-in-uniform.js';
import { spatialAttentionMapCost } from './spatial-attention-map.cost.js';
import { spatialAttentionMapOnnx } from './spatial-attention-map.onnx.js';
import { spatialAttentionMap, type GradientAttentionVariant } from './spatial-gradient-attention.js';

export interface SpatialGradientAttentionConfig extends WeightTableLayerConfig {
  /** Side of the convolution, odd; 7 unless stated. */
  readonly kernelSize?: number;
  readonly variant?: GradientAttentionVariant;
}

interface SpatialWeights {
  readonly 'conv1.weight': tf.Tensor4D;
}

/**
 * Layer of {@link spatialAttentionMap}: the maps of a `GradientStatisticsLayer`, [B, H, W, 2], to the attention map
 * [B, H, W, 1]. One weight `conv1.weight` [1, 2, K, K] (official name and layout), uniform in +-1/sqrt(2 K^2).
 */
export class SpatialAttentionMap extends WeightTableLayer<SpatialWeights> {
  static readonly className: string = 'SpatialAttentionMap';
  protected readonly kernelSize: number;
  protected readonly variant: GradientAttentionVariant;

  constructor(config: SpatialGradientAttentionConfig = {}) {
    super(config);
    this.kernelSize = config.kernelSize ?? 7;
    this.variant = config.variant ?? 'official';
  }

  protected override weightTable(): WeightTable<SpatialWeights> {
    const size = this.kernelSize;
    const initial = fanInUniform(2 * size * size, this.seed, 'conv1.weight');
    return { 'conv1.weight': { shape: [1, 2, size, size], initial } };
  }

  protected get weight(): tf.Tensor4D {
    return this.readWeights()['conv1.weight'];
  }

  override call(inputs: tf.Tensor | tf.Tensor[], kwargs: Record<string, unknown>): tf.Tensor {
    return tf.tidy(() => {
      this.invokeCallHook(inputs, kwargs);
      const maps = singleInput<tf.Tensor4D>(inputs);
      return spatialAttentionMap({ maps, weight: this.weight, variant: this.variant });
    });
  }

  override computeOutputShape(inputShape: tfl.Shape | tfl.Shape[]): tfl.Shape | tfl.Shape[] {
    return [...firstShape(inputShape).slice(0, -1), 1];
  }

  override getConfig(): tf.serialization.ConfigDict {
    const { kernelSize, variant } = this;
    return { ...super.getConfig(), kernelSize, variant };
  }
}
registerLayer(SpatialAttentionMap, { cost: spatialAttentionMapCost, onnx: spatialAttentionMapOnnx });
