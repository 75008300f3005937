import {
  constant,
  fixedChannels,
  registerLayer,
  singleInput,
  WeightTableLayer,
  type WeightTable,
  type WeightTableLayerConfig,
} from '@prismamba/core/layer';
import { LAYER_NORM_EPSILON, layerNorm } from '@prismamba/ssm-core/internal';
import * as tf from '@tensorflow/tfjs-core';
import type * as tfl from '@tensorflow/tfjs-layers';
import { layerNormCost } from './layer-norm.cost.js';
import { layerNormOnnx } from './layer-norm.onnx.js';

export interface LayerNormConfig extends WeightTableLayerConfig {
  /** Added to the variance; 1e-5 (PyTorch's default) unless stated. */
  readonly epsilon?: number;
}

interface NormWeights {
  readonly weight: tf.Tensor1D;
  readonly bias: tf.Tensor1D;
}

/** Layer normalisation over channels, [..., C] to the same shape; weights `weight` and `bias`, [C]. */
export class LayerNorm extends WeightTableLayer<NormWeights> {
  static readonly className = 'PrismambaLayerNorm';
  private readonly epsilon: number;

  constructor(config: LayerNormConfig = {}) {
    super(config);
    this.epsilon = config.epsilon ?? LAYER_NORM_EPSILON;
  }

  protected override weightTable(inputShape: tfl.Shape): WeightTable<NormWeights> {
    const channels = fixedChannels('LayerNorm', inputShape);
    return {
      weight: { shape: [channels], initial: constant(1) },
      bias: { shape: [channels], initial: constant(0) },
    };
  }

  override call(inputs: tf.Tensor | tf.Tensor[], kwargs: Record<string, unknown>): tf.Tensor {
    return tf.tidy(() => {
      this.invokeCallHook(inputs, kwargs);
      const { weight, bias } = this.readWeights();
      return layerNorm({ x: singleInput(inputs), gamma: weight, beta: bias, epsilon: this.epsilon });
    });
  }

  override getConfig(): tf.serialization.ConfigDict {
    return { ...super.getConfig(), epsilon: this.epsilon };
  }
}
registerLayer(LayerNorm, { cost: layerNormCost, onnx: layerNormOnnx });
