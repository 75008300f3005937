import { free, registerLayer, singleInput } from '@prismamba/core/layer';
import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { channelSliceOnnx } from './channel-slice.onnx.js';

/** Channels [begin, begin + size) of a map. */
export class ChannelSlice extends tfl.layers.Layer {
  static readonly className = 'ChannelSlice';
  readonly begin: number;
  readonly size: number;

  constructor(args: { name?: string; begin: number; size: number }) {
    super(args);
    this.begin = args.begin;
    this.size = args.size;
  }

  override computeOutputShape(shape: tfl.Shape): tfl.Shape {
    return [...shape.slice(0, 3), this.size];
  }

  override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
    const x = singleInput<tf.Tensor4D>(inputs);
    return tf.slice(x, [0, 0, 0, this.begin], [-1, -1, -1, this.size]);
  }

  override getConfig(): tf.serialization.ConfigDict {
    return { ...super.getConfig(), begin: this.begin, size: this.size };
  }
}
registerLayer(ChannelSlice, { cost: free, onnx: channelSliceOnnx });
