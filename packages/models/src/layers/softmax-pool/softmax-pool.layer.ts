import { registerLayer } from '@prismamba/core/layer';
import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { softmaxPoolCost } from './softmax-pool.cost.js';
import { softmaxPoolOnnx } from './softmax-pool.onnx.js';

/**
 * Attention pooling: the softmax over all positions of a one-channel map weighs a mean of the feature map.
 * Inputs [x [B, H, W, C], logits [B, H, W, 1]] -> [B, 1, 1, C], y_c = sum_p softmax(logits)_p x_pc.
 */
export class SoftmaxPool extends tfl.layers.Layer {
  static readonly className = 'SoftmaxPool';

  override computeOutputShape(shapes: tfl.Shape[]): tfl.Shape {
    const x = shapes[0]!;
    return [x[0]!, 1, 1, x[3]!];
  }

  override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
    const [x, logits] = inputs as [tf.Tensor4D, tf.Tensor4D];
    const [batch, height, width, channels] = x.shape;
    return tf.tidy(() => {
      const mask = tf.softmax(tf.reshape(logits, [batch, 1, height * width]));
      const pooled = tf.matMul(mask, tf.reshape(x, [batch, height * width, channels])); // [B, 1, C]
      return tf.reshape(pooled, [batch, 1, 1, channels]);
    });
  }
}
registerLayer(SoftmaxPool, { cost: softmaxPoolCost, onnx: softmaxPoolOnnx });
