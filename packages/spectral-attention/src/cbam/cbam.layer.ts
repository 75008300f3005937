import {
  fixedChannels,
  registerLayer,
  singleInput,
  WeightTableLayer,
  type WeightTable,
  type WeightTableLayerConfig,
} from '@prismamba/core/layer';
import * as tf from '@tensorflow/tfjs-core';
import type * as tfl from '@tensorflow/tfjs-layers';
import { fanInUniform } from '../fan-in-uniform.js';
import { cbamCost } from './cbam.cost.js';
import { cbam } from './cbam.js';
import { cbamOnnx } from './cbam.onnx.js';

export interface CbamConfig extends WeightTableLayerConfig {
  /** Reduction r of the channel net; 16 unless stated. The hidden width is max(1, floor(C / r)). */
  readonly reduction?: number;
  /** Size of the spatial filter, odd; 7 unless stated. */
  readonly kernelSize?: number;
}

interface CbamWeights {
  readonly 'fc.0.weight': tf.Tensor2D;
  readonly 'fc.2.weight': tf.Tensor2D;
  readonly 'spatial.weight': tf.Tensor4D;
}

/**
 * Layer of {@link cbam}: [B, H, W, C] to the same shape; weights `fc.0.weight` [C, C/r], `fc.2.weight` [C/r, C] and
 * `spatial.weight` [K, K, 2, 1], uniform in +-1/sqrt(fan-in).
 */
export class Cbam extends WeightTableLayer<CbamWeights> {
  static readonly className = 'Cbam';
  private readonly reduction: number;
  private readonly kernelSize: number;

  constructor(config: CbamConfig = {}) {
    super(config);
    const { reduction = 16, kernelSize = 7 } = config;
    if (kernelSize % 2 !== 1) throw new Error(`Cbam: kernelSize: got ${kernelSize}, wanted an odd number`);
    if (!(reduction >= 1)) throw new Error(`Cbam: reduction: got ${reduction}, wanted at least 1`);
    this.reduction = reduction;
    this.kernelSize = kernelSize;
  }

  protected override weightTable(inputShape: tfl.Shape): WeightTable<CbamWeights> {
    const channels = fixedChannels('Cbam', inputShape);
    const hidden = Math.max(1, Math.floor(channels / this.reduction));
    const k = this.kernelSize;
    const weight = (name: keyof CbamWeights, shape: readonly number[], fanIn: number) => ({
      shape,
      initial: fanInUniform(fanIn, this.seed, name),
    });
    return {
      'fc.0.weight': weight('fc.0.weight', [channels, hidden], channels),
      'fc.2.weight': weight('fc.2.weight', [hidden, channels], hidden),
      'spatial.weight': weight('spatial.weight', [k, k, 2, 1], 2 * k * k),
    };
  }

  override call(inputs: tf.Tensor | tf.Tensor[], kwargs: Record<string, unknown>): tf.Tensor {
    return tf.tidy(() => {
      this.invokeCallHook(inputs, kwargs);
      const weights = this.readWeights();
      return cbam({
        x: singleInput(inputs),
        fc0: weights['fc.0.weight'],
        fc2: weights['fc.2.weight'],
        filter: weights['spatial.weight'],
      });
    });
  }

  override getConfig(): tf.serialization.ConfigDict {
    const { reduction, kernelSize } = this;
    return { ...super.getConfig(), reduction, kernelSize };
  }
}
registerLayer(Cbam, { cost: cbamCost, onnx: cbamOnnx });
