import {
  constant,
  fixedChannels,
  registerLayer,
  singleInput,
  WeightTableLayer,
  withPrefix,
  type WeightSpec,
  type WeightTable,
} from '@prismamba/core/layer';
import type { StochasticLayer } from '@prismamba/core';
import * as tf from '@tensorflow/tfjs-core';
import type * as tfl from '@tensorflow/tfjs-layers';
import { ss2dSizes, ss2dWeightTable, type SS2DConfig, type Ss2dSizes } from '../ss2d/ss2d.layer.js';
import { scaleSamples } from '../drop-path.js';
import { dropPathFactors, LayerRandom } from '../stochastic-layer.js';
import { vssBlockCost } from './vss-block.cost.js';
import { vssBlock, type VssBlockWeights } from './vss-block.js';
import { vssBlockOnnx } from './vss-block.onnx.js';

export interface VSSBlockConfig extends SS2DConfig {
  /** Probability that a sample skips the block in training; 0.1 (the official network's) unless stated. */
  readonly dropPathRate?: number;
}

/**
 * Layer of `vssBlock` with drop path: [B, H, W, d] to the same shape, weights under the official names. In
 * training a dropped sample gives zeros (there is no residual) and the kept ones are divided by 1 - dropPathRate.
 */
export class VSSBlock extends WeightTableLayer<VssBlockWeights> implements StochasticLayer {
  static readonly className = 'VSSBlock';
  private readonly sizes: Ss2dSizes;
  private readonly dropPathRate: number;
  private readonly random: LayerRandom;

  constructor(config: VSSBlockConfig = {}) {
    super(config);
    this.sizes = ss2dSizes('VSSBlock', config);
    this.dropPathRate = config.dropPathRate ?? 0.1;
    if (!(this.dropPathRate >= 0 && this.dropPathRate < 1)) {
      throw new Error(`VSSBlock: dropPathRate: got ${this.dropPathRate}, wanted at least 0 and below 1`);
    }
    this.random = new LayerRandom(this.name);
  }

  setRandomState(seed: number, step: number): void {
    this.random.setState(seed, step);
  }

  protected override weightTable(inputShape: tfl.Shape): WeightTable<VssBlockWeights> {
    const width = fixedChannels('VSSBlock', inputShape);
    const vector = (value: number): WeightSpec => ({ shape: [width], initial: constant(value) });
    return {
      skip_scale: vector(1),
      skip_scale2: vector(1),
      'ln_1.weight': vector(1),
      'ln_1.bias': vector(0),
      ...withPrefix('self_attention.', ss2dWeightTable(width, this.sizes)),
    };
  }

  override call(inputs: tf.Tensor | tf.Tensor[], kwargs: Record<string, unknown>): tf.Tensor {
    return tf.tidy(() => {
      this.invokeCallHook(inputs, kwargs);
      const x = singleInput<tf.Tensor4D>(inputs);
      const y = vssBlock(x, this.readWeights());
      if (kwargs['training'] !== true || this.dropPathRate === 0) return y;
      return scaleSamples(y, dropPathFactors(this.random, x.shape[0], this.dropPathRate));
    });
  }

  override getConfig(): tf.serialization.ConfigDict {
    return { ...super.getConfig(), ...this.sizes, dropPathRate: this.dropPathRate };
  }
}
registerLayer(VSSBlock, { cost: vssBlockCost, onnx: vssBlockOnnx });
