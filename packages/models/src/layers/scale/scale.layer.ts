import { free, registerLayer, singleInput } from '@prismamba/core/layer';
import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { scaleOnnx } from './scale.onnx.js';

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
    return tf.mul(singleInput(inputs), this.factor);
  }

  override getConfig(): tf.serialization.ConfigDict {
    return { ...super.getConfig(), factor: this.factor };
  }
}
registerLayer(Scale, { cost: free, onnx: scaleOnnx });
