import {
  constant,
  fixedChannels,
  registerLayer,
  singleInput,
  WeightTableLayer,
  type WeightSpec,
  type WeightTable,
} from '@prismamba/core/layer';
import * as tf from '@tensorflow/tfjs-core';
import type * as tfl from '@tensorflow/tfjs-layers';
import { attention, feedForward, msabBlock, type MsabWeights } from './msab-block.js';
import { msabBlockCost } from './msab-block.cost.js';
import { msabBlockOnnx } from './msab-block.onnx.js';

export interface MsabBlockConfig {
  readonly name?: string;
  readonly heads: number;
}

/**
 * Layer of {@link msabBlock}: [B, H, W, C] to the same shape. In training the attention and the feed-forward net keep
 * their inputs only and are computed again for the gradient. Its weights start at zero (scales at one); the model sets
 * them.
 */
export class MsabBlock extends WeightTableLayer<MsabWeights> {
  static readonly className = 'MsabBlock';
  private readonly heads: number;

  constructor(config: MsabBlockConfig) {
    super(config);
    this.heads = config.heads;
  }

  protected override weightTable(inputShape: tfl.Shape): WeightTable<MsabWeights> {
    const c = fixedChannels('MsabBlock', inputShape);
    const weight = (shape: number[], value = 0): WeightSpec => ({ shape, initial: constant(value) });
    return {
      'attention.rescale': weight([this.heads, 1, 1], 1),
      'attention.to_q.weight': weight([c, c]),
      'attention.to_k.weight': weight([c, c]),
      'attention.to_v.weight': weight([c, c]),
      'attention.proj.weight': weight([c, c]),
      'attention.proj.bias': weight([c]),
      'attention.pos_emb.0.weight': weight([3, 3, c, 1]),
      'attention.pos_emb.2.weight': weight([3, 3, c, 1]),
      'feed_forward.fn.net.0.weight': weight([1, 1, c, 4 * c]),
      'feed_forward.fn.net.2.weight': weight([3, 3, 4 * c, 1]),
      'feed_forward.fn.net.4.weight': weight([1, 1, 4 * c, c]),
      'feed_forward.norm.weight': weight([c], 1),
      'feed_forward.norm.bias': weight([c]),
    };
  }

  override call(inputs: tf.Tensor | tf.Tensor[], kwargs: Record<string, unknown>): tf.Tensor {
    return tf.tidy(() => {
      this.invokeCallHook(inputs, kwargs);
      return msabBlock(singleInput(inputs), this.readWeights());
    });
  }

  /** The outputs of the official modules `.0` and `.1`, which end before the residual sums. */
  modules(x: tf.Tensor4D): { readonly attention: tf.Tensor4D; readonly feedForward: tf.Tensor4D } {
    const weights = this.readWeights();
    const first = attention(x, weights);
    return { attention: first, feedForward: feedForward(tf.add<tf.Tensor4D>(first, x), weights) };
  }

  override getConfig(): tf.serialization.ConfigDict {
    return { ...super.getConfig(), heads: this.heads };
  }
}
registerLayer(MsabBlock, { cost: msabBlockCost, onnx: msabBlockOnnx });
