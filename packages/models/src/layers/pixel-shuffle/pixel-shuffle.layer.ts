import { free, registerLayer, singleInput } from '@prismamba/core/layer';
import type * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { pixelShuffle, pixelUnshuffle } from './pixel-shuffle.js';
import { pixelShuffleOnnx } from './pixel-shuffle.onnx.js';

/** Channels to space (`factor` > 0 as `direction` says), PyTorch's channel order. */
export class PixelShuffle extends tfl.layers.Layer {
  static readonly className = 'PixelShuffle';
  readonly factor: number;
  readonly direction: 'shuffle' | 'unshuffle';

  constructor(args: { name?: string; factor: number; direction: 'shuffle' | 'unshuffle' }) {
    super(args);
    this.factor = args.factor;
    this.direction = args.direction;
  }

  override computeOutputShape(shape: tfl.Shape): tfl.Shape {
    const [batch, height, width, channels] = shape;
    const k = this.factor;
    const scale = (size: number | null | undefined, by: number) =>
      size === null || size === undefined ? null : size * by;
    return this.direction === 'shuffle'
      ? [batch!, scale(height, k), scale(width, k), channels! / (k * k)]
      : [batch!, scale(height, 1 / k), scale(width, 1 / k), channels! * k * k];
  }

  override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
    const x = singleInput<tf.Tensor4D>(inputs);
    return this.direction === 'shuffle' ? pixelShuffle(x, this.factor) : pixelUnshuffle(x, this.factor);
  }

  override getConfig(): tf.serialization.ConfigDict {
    return { ...super.getConfig(), factor: this.factor, direction: this.direction };
  }
}
registerLayer(PixelShuffle, { cost: free, onnx: pixelShuffleOnnx });
