import { free, registerLayer, singleInput } from '@prismamba/core/layer';
import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { positionSoftmaxOnnx } from './position-softmax.onnx.js';

/** Softmax over all positions of a one-channel map: [B, H, W, 1] -> [B, H, W, 1], summing to 1 in each sample. */
export class PositionSoftmax extends tfl.layers.Layer {
  static readonly className = 'PositionSoftmax';

  override computeOutputShape(shape: tfl.Shape): tfl.Shape {
    return shape;
  }

  override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
    const x = singleInput<tf.Tensor4D>(inputs);
    return tf.tidy(() => tf.reshape(tf.softmax(tf.reshape(x, [x.shape[0], -1])), x.shape));
  }
}
registerLayer(PositionSoftmax, { cost: free, onnx: positionSoftmaxOnnx });
