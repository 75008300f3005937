import { free, registerLayer } from '@prismamba/core/layer';
import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { cropLikeOnnx } from './crop-like.onnx.js';

/** Cuts the first input's bottom and right to the height and width of the second. */
export class CropLike extends tfl.layers.Layer {
  static readonly className = 'CropLike';

  override computeOutputShape(shapes: tfl.Shape[]): tfl.Shape {
    const [of, like] = shapes as [tfl.Shape, tfl.Shape];
    return [of[0]!, like[1]!, like[2]!, of[3]!];
  }

  override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
    const [x, like] = inputs as [tf.Tensor4D, tf.Tensor4D];
    if (x.shape[1] === like.shape[1] && x.shape[2] === like.shape[2]) return x.clone();
    return tf.slice(x, [0, 0, 0, 0], [-1, like.shape[1], like.shape[2], -1]);
  }
}
registerLayer(CropLike, { cost: free, onnx: cropLikeOnnx });
