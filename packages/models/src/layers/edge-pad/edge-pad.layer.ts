import { free, registerLayer, singleInput } from '@prismamba/core/layer';
import type * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { padEdges, type EdgePadMode } from './edge-pad.js';
import { edgePadOnnx } from './edge-pad.onnx.js';

const grow = (size: number | null | undefined, amount: number) =>
  size === null || size === undefined ? null : size + amount;

/** The same padding on all four sides. */
export class EdgePad extends tfl.layers.Layer {
  static readonly className = 'EdgePad';
  readonly padding: number;
  readonly mode: EdgePadMode;

  constructor(args: { name?: string; padding: number; mode: EdgePadMode }) {
    super(args);
    this.padding = args.padding;
    this.mode = args.mode;
  }

  override computeOutputShape(shape: tfl.Shape): tfl.Shape {
    const [batch, height, width, channels] = shape;
    return [batch!, grow(height, 2 * this.padding), grow(width, 2 * this.padding), channels!];
  }

  override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
    const x = singleInput<tf.Tensor4D>(inputs);
    const p = this.padding;
    return padEdges(x, { top: p, bottom: p, left: p, right: p }, this.mode);
  }

  override getConfig(): tf.serialization.ConfigDict {
    return { ...super.getConfig(), padding: this.padding, mode: this.mode };
  }
}
registerLayer(EdgePad, { cost: free, onnx: edgePadOnnx });
