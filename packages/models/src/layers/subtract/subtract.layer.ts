import { free, registerLayer } from '@prismamba/core/layer';
import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { subtractOnnx } from './subtract.onnx.js';

/** First input minus second, of the same shape. */
export class Subtract extends tfl.layers.Layer {
  static readonly className = 'Subtract';

  override computeOutputShape(shapes: tfl.Shape[]): tfl.Shape {
    return shapes[0]!;
  }

  override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
    const [a, b] = inputs as [tf.Tensor, tf.Tensor];
    return tf.sub(a, b);
  }
}
registerLayer(Subtract, { cost: free, onnx: subtractOnnx });
