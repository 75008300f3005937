import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';

/** [x0, |x1 - x0|, x1, |x2 - x1|, x2] of an RGB map; the subgradient of |.| at 0 is 0. */
export class SpectralExpansion extends tfl.layers.Layer {
  static readonly className = 'SpectralExpansion';

  override computeOutputShape(shape: tfl.Shape): tfl.Shape {
    return [...shape.slice(0, -1), 5];
  }

  override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
    const x = (Array.isArray(inputs) ? inputs[0] : inputs) as tf.Tensor4D;
    return tf.tidy(() => {
      const [r, g, b] = tf.split(x, 3, 3) as [tf.Tensor4D, tf.Tensor4D, tf.Tensor4D];
      return tf.concat([r, tf.abs(tf.sub(g, r)), g, tf.abs(tf.sub(b, g)), b], 3);
    });
  }
}
tf.serialization.registerClass(SpectralExpansion);
