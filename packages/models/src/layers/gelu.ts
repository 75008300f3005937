import { gelu } from '@prismamba/spectral-attention';
import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';

/** Exact GELU as a layer: unlike `tf.layers.activation`, its gradient keeps the input and nothing else. */
export class Gelu extends tfl.layers.Layer {
  static readonly className = 'Gelu';

  override computeOutputShape(shape: tfl.Shape): tfl.Shape {
    return shape;
  }

  override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
    return gelu((Array.isArray(inputs) ? inputs[0] : inputs) as tf.Tensor4D);
  }
}
tf.serialization.registerClass(Gelu);
