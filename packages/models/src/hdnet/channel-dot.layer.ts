import { registerLayer } from '@prismamba/core/layer';
import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { channelDotCost } from './channel-dot.cost.js';
import { channelDotOnnx } from './channel-dot.onnx.js';

/** Inner product over channels: inputs [a [B, 1, 1, C], t [B, H, W, C]] -> [B, H, W, 1], s = sum_c a_c t_c. */
export class ChannelDot extends tfl.layers.Layer {
  static readonly className = 'ChannelDot';

  override computeOutputShape(shapes: tfl.Shape[]): tfl.Shape {
    return [...shapes[1]!.slice(0, 3), 1];
  }

  override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
    const [a, t] = inputs as [tf.Tensor4D, tf.Tensor4D];
    return tf.tidy(() => tf.sum(tf.mul(a, t), 3, true));
  }
}
registerLayer(ChannelDot, { cost: channelDotCost, onnx: channelDotOnnx });
