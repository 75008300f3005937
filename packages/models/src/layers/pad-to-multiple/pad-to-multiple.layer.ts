import { free, registerLayer, singleInput } from '@prismamba/core/layer';
import type * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { missingToMultiple, padEdges } from '../edge-pad/edge-pad.js';
import { padToMultipleOnnx } from './pad-to-multiple.onnx.js';

/** Reflects at the bottom and right until height and width are multiples of `multiple`. */
export class PadToMultiple extends tfl.layers.Layer {
  static readonly className = 'PadToMultiple';
  readonly multiple: number;

  constructor(args: { name?: string; multiple: number }) {
    super(args);
    this.multiple = args.multiple;
  }

  override computeOutputShape(shape: tfl.Shape): tfl.Shape {
    const up = (size: number | null | undefined) =>
      size === null || size === undefined ? null : size + missingToMultiple(size, this.multiple);
    return [shape[0]!, up(shape[1]), up(shape[2]), shape[3]!];
  }

  override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
    const x = singleInput<tf.Tensor4D>(inputs);
    const bottom = missingToMultiple(x.shape[1], this.multiple);
    const right = missingToMultiple(x.shape[2], this.multiple);
    return padEdges(x, { top: 0, bottom, left: 0, right }, 'reflect');
  }

  override getConfig(): tf.serialization.ConfigDict {
    return { ...super.getConfig(), multiple: this.multiple };
  }
}
registerLayer(PadToMultiple, { cost: free, onnx: padToMultipleOnnx });
