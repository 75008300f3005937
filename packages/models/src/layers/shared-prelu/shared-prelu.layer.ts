import {
  constant,
  registerLayer,
  singleInput,
  WeightTableLayer,
  type WeightTable,
} from '@prismamba/core/layer';
import * as tf from '@tensorflow/tfjs-core';
import { sharedPreluCost } from './shared-prelu.cost.js';
import { sharedPreluOnnx } from './shared-prelu.onnx.js';

/**
 * PReLU with one slope for all channels (PyTorch's default): y = max(x, 0) + a min(x, 0), weight `alpha` [1].
 * `tf.layers.prelu` has one slope a channel, and its WASM kernel does not broadcast.
 */
export class SharedPrelu extends WeightTableLayer<{ readonly alpha: tf.Tensor1D }> {
  static readonly className = 'SharedPrelu';

  protected override weightTable(): WeightTable<{ readonly alpha: tf.Tensor1D }> {
    return { alpha: { shape: [1], initial: constant(0.25) } };
  }

  override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
    const x = singleInput(inputs);
    // a min(x, 0) = -a relu(-x)
    return tf.tidy(() => tf.sub(tf.relu(x), tf.mul(tf.relu(tf.neg(x)), this.readWeights().alpha)));
  }
}
registerLayer(SharedPrelu, { cost: sharedPreluCost, onnx: sharedPreluOnnx });
