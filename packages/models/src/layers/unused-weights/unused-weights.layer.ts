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

/**
 * Passes its input on and owns weights that nothing reads: parameters which an official network allocates (and which
 * its files hold) but never uses.
 */
export class UnusedWeights extends WeightTableLayer<Record<string, tf.Tensor>> {
  static readonly className = 'UnusedWeights';
  readonly shapes: Readonly<Record<string, readonly number[]>>;

  constructor(args: WeightTableLayerConfig & { shapes: Readonly<Record<string, readonly number[]>> }) {
    super(args);
    this.shapes = args.shapes;
  }

  protected override weightTable(): WeightTable<Record<string, tf.Tensor>> {
    const weights = Object.entries(this.shapes).map(([name, shape]) => [
      name,
      { shape, initial: constant(0) },
    ]);
    return Object.fromEntries(weights) as WeightTable<Record<string, tf.Tensor>>;
  }

  override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
    return singleInput(inputs).clone();
  }

  override getConfig(): tf.serialization.ConfigDict {
    const shapes: tf.serialization.ConfigDict = {};
    for (const [name, shape] of Object.entries(this.shapes)) shapes[name] = [...shape];
    return { ...super.getConfig(), shapes };
  }
}
registerLayer(UnusedWeights, { cost: free, onnx: unusedWeightsOnnx });
