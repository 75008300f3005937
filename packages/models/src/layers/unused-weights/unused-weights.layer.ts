import {
  constant,
  free,
  registerLayer,
  singleInput,
  WeightTableLayer,
  type WeightTable,
  type WeightTableLayerConfig,
} from '@prismamba/core/layer';
import type * as tf from '@tensorflow/tfjs-core';
import { unusedWeightsOnnx } from './unused-weights.onnx.js';

/** As it stands in a saved model, where TensorFlow.js rewrites every key and text (`a_b` to `aB`), but no `name`. */
interface NamedShape {
  readonly name: string;
  readonly shape: readonly number[];
}

/**
 * Passes its input on and owns weights that nothing reads: parameters which an official network allocates (and which
 * its files hold) but never uses.
 */
export class UnusedWeights extends WeightTableLayer<Record<string, tf.Tensor>> {
  static readonly className = 'UnusedWeights';
  readonly shapes: readonly NamedShape[];

  constructor(args: WeightTableLayerConfig & { shapes: readonly NamedShape[] }) {
    super(args);
    this.shapes = args.shapes;
  }

  protected override weightTable(): WeightTable<Record<string, tf.Tensor>> {
    const weights = this.shapes.map(({ name, shape }) => [name, { shape, initial: constant(0) }]);
    return Object.fromEntries(weights) as WeightTable<Record<string, tf.Tensor>>;
  }

  override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
    return singleInput(inputs).clone();
  }

  override getConfig(): tf.serialization.ConfigDict {
    const shapes = this.shapes.map(({ name, shape }) => ({ name, shape: [...shape] }));
    return { ...super.getConfig(), shapes };
  }
}
registerLayer(UnusedWeights, { cost: free, onnx: unusedWeightsOnnx });
