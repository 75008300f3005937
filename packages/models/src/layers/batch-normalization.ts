import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';

/**
 * Batch normalisation over [B, H, W] of an NHWC map as PyTorch's BatchNorm2d (Ioffe and Szegedy 2015):
 * y = gamma (x - mean) / sqrt(var + epsilon) + beta. In training the batch's biased variance normalises, and the
 * running statistics move by `momentum` towards the batch's mean and **unbiased** variance (`tf.layers.
 * batchNormalization` takes the biased one, and counts momentum the other way round).
 */
export class BatchNormalization2d extends tfl.layers.Layer {
  static readonly className = 'BatchNormalization2d';
  readonly epsilon: number;
  readonly momentum: number;
  private gamma!: tfl.LayerVariable;
  private beta!: tfl.LayerVariable;
  private movingMean!: tfl.LayerVariable;
  private movingVariance!: tfl.LayerVariable;

  constructor(args: { name?: string; epsilon?: number; momentum?: number }) {
    super(args);
    this.epsilon = args.epsilon ?? 1e-5;
    this.momentum = args.momentum ?? 0.1;
  }

  override build(inputShape: tfl.Shape | tfl.Shape[]): void {
    const shape = (Array.isArray(inputShape[0]) ? inputShape[0] : inputShape) as tfl.Shape;
    const channels = shape[shape.length - 1]!;
    const weight = (name: string, one: boolean, trainable: boolean) => {
      const initializer = one ? tfl.initializers.ones() : tfl.initializers.zeros();
      return this.addWeight(name, [channels], 'float32', initializer, undefined, trainable);
    };
    this.gamma = weight('gamma', true, true);
    this.beta = weight('beta', false, true);
    this.movingMean = weight('moving_mean', false, false);
    this.movingVariance = weight('moving_variance', true, false);
    super.build(inputShape);
  }

  override computeOutputShape(shape: tfl.Shape): tfl.Shape {
    return shape;
  }

  override call(inputs: tf.Tensor | tf.Tensor[], kwargs: { training?: boolean }): tf.Tensor {
    const x = (Array.isArray(inputs) ? inputs[0] : inputs) as tf.Tensor4D;
    return tf.tidy(() => {
      const training = kwargs?.training === true;
      const { mean, variance } = training
        ? tf.moments(x, [0, 1, 2])
        : { mean: this.movingMean.read(), variance: this.movingVariance.read() };
      if (training) this.updateRunningStatistics(mean, variance, x.size / x.shape[3]);
      const scale = tf.mul(this.gamma.read(), tf.rsqrt(tf.add(variance, this.epsilon)));
      const shift = tf.sub(this.beta.read(), tf.mul(mean, scale));
      return tf.add(tf.mul(x, scale), shift);
    });
  }

  private updateRunningStatistics(mean: tf.Tensor, variance: tf.Tensor, count: number): void {
    const move = (running: tfl.LayerVariable, batch: tf.Tensor) => {
      const old = running.read();
      running.write(tf.add(tf.mul(old, 1 - this.momentum), tf.mul(batch, this.momentum)));
    };
    move(this.movingMean, mean);
    move(this.movingVariance, tf.mul(variance, count / (count - 1)));
  }

  override getConfig(): tf.serialization.ConfigDict {
    return { ...super.getConfig(), epsilon: this.epsilon, momentum: this.momentum };
  }
}
tf.serialization.registerClass(BatchNormalization2d);
