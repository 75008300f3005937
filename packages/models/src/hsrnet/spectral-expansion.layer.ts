import { free, registerLayer, singleInput } from '@prismamba/core/layer';
import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { spectralExpansionOnnx } from './spectral-expansion.onnx.js';

/** [x0, |x1 - x0|, x1, |x2 - x1|, x2] of an RGB map; the subgradient of |.| at 0 is 0. */
export class SpectralExpansion extends tfl.layers.Layer {
  static readonly className = 'SpectralExpansion';

  override computeOutputShape(shape: tfl.Shape): tfl.Shape {
    return [...shape.slice(0, -1), 5];
  }

  override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
    const x = singleInput<tf.Tensor4D>(inputs);
    return tf.tidy(() => {
      const [r, g, b] = tf.split(x, 3, 3) as [tf.Tensor4D, tf.Tensor4D, tf.Tensor4D];
      return tf.concat([r, tf.abs(tf.sub(g, r)), g, tf.abs(tf.sub(b, g)), b], 3);
    });
  }
}
registerLayer(SpectralExpansion, { cost: free, onnx: spectralExpansionOnnx });
