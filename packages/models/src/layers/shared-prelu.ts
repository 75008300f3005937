import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';

/**
 * PReLU with one slope for all channels (PyTorch's default): y = max(x, 0) + a min(x, 0), weight `alpha` [1].
 * `tf.layers.prelu` has one slope a channel, and its WASM kernel does not broadcast.
 */
export class SharedPrelu extends tfl.layers.Layer {
  static readonly className = 'SharedPrelu';
  private alpha!: tfl.LayerVariable;

  override build(inputShape: tfl.Shape | tfl.Shape[]): void {
    this.alpha = this.addWeight('alpha', [1], 'float32', tfl.initializers.constant({ value: 0.25 }));
    super.build(inputShape);
  }

  override computeOutputShape(shape: tfl.Shape): tfl.Shape {
    return shape;
  }

  override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
    const x = Array.isArray(inputs) ? inputs[0]! : inputs;
    // a min(x, 0) = -a relu(-x)
    return tf.tidy(() => tf.sub(tf.relu(x), tf.mul(tf.relu(tf.neg(x)), this.alpha.read())));
  }
}
tf.serialization.registerClass(SharedPrelu);
