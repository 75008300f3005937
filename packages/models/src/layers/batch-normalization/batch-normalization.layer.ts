import {
  constant,
  fixedChannels,
  registerLayer,
  singleInput,
  WeightTableLayer,
  type WeightTable,
  type WeightTableLayerConfig,
} from '@prismamba/core/layer';
import * as tf from '@tensorflow/tfjs-core';
import type * as tfl from '@tensorflow/tfjs-layers';
import { batchNormalizationCost } from './batch-normalization.cost.js';
import { batchNormalizationOnnx } from './batch-normalization.onnx.js';

interface BatchNormWeights {
  readonly gamma: tf.Tensor1D;
  readonly beta: tf.Tensor1D;
  readonly moving_mean: tf.Tensor1D;
  readonly moving_variance: tf.Tensor1D;
}

/**
 * Batch normalisation over [B, H, W] of an NHWC map as PyTorch's BatchNorm2d (Ioffe and Szegedy 2015):
 * y = gamma (x - mean) / sqrt(var + epsilon) + beta. In training the batch's biased variance normalises, and the
 * running statistics move by `momentum` towards the batch's mean and **unbiased** variance (`tf.layers.
 * batchNormalization` takes the biased one, and counts momentum the other way round).
 */
export class BatchNormalization2d extends WeightTableLayer<BatchNormWeights> {
  static readonly className = 'BatchNormalization2d';
  readonly epsilon: number;
  readonly momentum: number;

  constructor(args: WeightTableLayerConfig & { epsilon?: number; momentum?: number }) {
    super(args);
    this.epsilon = args.epsilon ?? 1e-5;
    this.momentum = args.momentum ?? 0.1;
  }

  protected override weightTable(inputShape: tfl.Shape): WeightTable<BatchNormWeights> {
    const shape = [fixedChannels('BatchNormalization2d', inputShape)];
    return {
      gamma: { shape, initial: constant(1) },
      beta: { shape, initial: constant(0) },
      moving_mean: { shape, initial: constant(0), trainable: false },
      moving_variance: { shape, initial: constant(1), trainable: false },
    };
  }

  override call(inputs: tf.Tensor | tf.Tensor[], kwargs: { training?: boolean }): tf.Tensor {
    const x = singleInput<tf.Tensor4D>(inputs);
    return tf.tidy(() => {
      const training = kwargs?.training === true;
      const { gamma, beta, moving_mean, moving_variance } = this.readWeights();
      const { mean, variance } = training
        ? tf.moments(x, [0, 1, 2])
        : { mean: moving_mean, variance: moving_variance };
      if (training) this.updateRunningStatistics(mean, variance, x.size / x.shape[3]);
      const scale = tf.mul(gamma, tf.rsqrt(tf.add(variance, this.epsilon)));
      const shift = tf.sub(beta, tf.mul(mean, scale));
      return tf.add(tf.mul(x, scale), shift);
    });
  }

  private updateRunningStatistics(mean: tf.Tensor, variance: tf.Tensor, count: number): void {
    const move = (running: tfl.LayerVariable, batch: tf.Tensor) => {
      const old = running.read();
      running.write(tf.add(tf.mul(old, 1 - this.momentum), tf.mul(batch, this.momentum)));
    };
    move(this.variable('moving_mean'), mean);
    move(this.variable('moving_variance'), tf.mul(variance, count / (count - 1)));
  }

  override getConfig(): tf.serialization.ConfigDict {
    return { ...super.getConfig(), epsilon: this.epsilon, momentum: this.momentum };
  }
}
registerLayer(BatchNormalization2d, { cost: batchNormalizationCost, onnx: batchNormalizationOnnx });
