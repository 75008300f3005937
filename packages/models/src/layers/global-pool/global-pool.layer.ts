import { registerLayer, singleInput } from '@prismamba/core/layer';
import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { globalPoolCost } from './global-pool.cost.js';
import { globalPoolOnnx } from './global-pool.onnx.js';

/** Mean or maximum over height and width, kept as a 1 x 1 map: [B, H, W, C] -> [B, 1, 1, C]. */
export class GlobalPool extends tfl.layers.Layer {
  static readonly className = 'GlobalPool';
  readonly mode: 'average' | 'max';

  constructor(args: { name?: string; mode: 'average' | 'max' }) {
    super(args);
    this.mode = args.mode;
  }

  override computeOutputShape(shape: tfl.Shape): tfl.Shape {
    return [shape[0]!, 1, 1, shape[3]!];
  }

  override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
    const x = singleInput(inputs);
    return this.mode === 'average' ? tf.mean(x, [1, 2], true) : tf.max(x, [1, 2], true);
  }

  override getConfig(): tf.serialization.ConfigDict {
    return { ...super.getConfig(), mode: this.mode };
  }
}
registerLayer(GlobalPool, { cost: globalPoolCost, onnx: globalPoolOnnx });
