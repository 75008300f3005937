import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';

/** Multiplies by a constant (the residual scale of HRNet). */
export class Scale extends tfl.layers.Layer {
  static readonly className = 'Scale';
  readonly factor: number;

  constructor(args: { name?: string; factor: number }) {
    super(args);
    this.factor = args.factor;
  }

  override computeOutputShape(shape: tfl.Shape): tfl.Shape {
    return shape;
  }

  override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
    return tf.mul(Array.isArray(inputs) ? inputs[0]! : inputs, this.factor);
  }

  override getConfig(): tf.serialization.ConfigDict {
    return { ...super.getConfig(), factor: this.factor };
  }
}
tf.serialization.registerClass(Scale);
