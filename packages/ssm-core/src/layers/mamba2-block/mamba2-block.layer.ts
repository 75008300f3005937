import {
  constant,
  fixedChannels,
  registerLayer,
  singleInput,
  uniform,
  uniformBelow,
  WeightTableLayer,
  type WeightSpec,
  type WeightTable,
  type WeightTableLayerConfig,
} from '@prismamba/core/layer';
import * as tf from '@tensorflow/tfjs-core';
import type * as tfl from '@tensorflow/tfjs-layers';
import { recomputeWithWeights } from '../../recompute/recompute.js';
import { mamba2BlockCost } from './mamba2-block.cost.js';
import { mamba2Block, type Mamba2BlockWeights } from './mamba2-block.js';
import { mamba2BlockOnnx } from './mamba2-block.onnx.js';

export interface Mamba2BlockConfig extends WeightTableLayerConfig {
  /** States N; 8 unless stated, as in M3SR. */
  readonly dState?: number;
}

/** The weights of `mamba2Block` for width m: D = 2m channels in R = ceil(m/16) heads. */
export function mamba2WeightTable(width: number, dState: number): WeightTable<Mamba2BlockWeights> {
  const inner = 2 * width;
  const heads = Math.ceil(width / 16);
  if (inner % heads !== 0) {
    throw new Error(
      `Mamba2Block: width: got ${width}, whose ${inner} channels do not divide into ${heads} heads`,
    );
  }
  const linear = (shape: readonly number[]): WeightSpec => ({
    shape,
    initial: uniform(1 / Math.sqrt(shape[shape.length - 1]!)),
  });
  return {
    x_proj_weight: linear([4, heads + 2 * dState, inner]),
    Ds: { shape: [4, heads, inner / heads], initial: constant(1) },
    A_logs: { shape: [4, heads], initial: constant(0) },
    dt_projs_bias: { shape: [4, heads], initial: uniformBelow(0.1) },
    'out_norm.weight': { shape: [inner], initial: constant(1) },
    'out_norm.bias': { shape: [inner], initial: constant(0) },
    'in_proj.weight': linear([inner, width]),
    'conv2d.1.weight': { shape: [inner, 1, 3, 3], initial: uniform(1 / 3) },
    'out_proj.weight': linear([width, inner]),
  };
}

/**
 * Layer of `mamba2Block`: [B, H, W, m] to the same shape, weights under the official names and layouts. The backward
 * pass computes the block once more from its input, so that training keeps one map a block.
 */
export class Mamba2Block extends WeightTableLayer<Mamba2BlockWeights> {
  static readonly className = 'Mamba2Block';
  private readonly dState: number;

  constructor(config: Mamba2BlockConfig = {}) {
    super(config);
    this.dState = config.dState ?? 8;
  }

  protected override weightTable(inputShape: tfl.Shape): WeightTable<Mamba2BlockWeights> {
    return mamba2WeightTable(fixedChannels('Mamba2Block', inputShape), this.dState);
  }

  override call(inputs: tf.Tensor | tf.Tensor[], kwargs: Record<string, unknown>): tf.Tensor {
    return tf.tidy(() => {
      this.invokeCallHook(inputs, kwargs);
      return recomputeWithWeights(mamba2Block, singleInput<tf.Tensor4D>(inputs), this.readWeights());
    });
  }

  override getConfig(): tf.serialization.ConfigDict {
    return { ...super.getConfig(), dState: this.dState };
  }
}
registerLayer(Mamba2Block, { cost: mamba2BlockCost, onnx: mamba2BlockOnnx });
