import { free, registerLayer, singleInput } from '@prismamba/core/layer';
import type * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { requireMultipleOnnx } from './require-multiple.onnx.js';

/**
 * The image as it is, or an error where a side is no multiple of `multiple`. For networks that halve and double sizes
 * without padding: their maps would not fit together, and a concatenation does not check that.
 *
 * @throws Error with the size and the way out.
 */
export class RequireMultiple extends tfl.layers.Layer {
  static readonly className = 'RequireMultiple';
  readonly multiple: number;

  constructor(args: { name?: string; multiple: number }) {
    super(args);
    this.multiple = args.multiple;
  }

  override computeOutputShape(shape: tfl.Shape): tfl.Shape {
    return shape;
  }

  override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
    const x = singleInput(inputs);
    const [, height, width] = x.shape as [number, number, number];
    const k = this.multiple;
    if (height % k !== 0 || width % k !== 0) {
      const up = (side: number) => Math.ceil(side / k) * k;
      throw new Error(
        `RequireMultiple: layer '${this.name}': got an image of ${height} x ${width}, wanted height and width to be ` +
          `multiples of ${k}, such as ${up(height)} x ${up(width)}; pad it, crop it or predict in tiles`,
      );
    }
    return x.clone();
  }

  override getConfig(): tf.serialization.ConfigDict {
    return { ...super.getConfig(), multiple: this.multiple };
  }
}
registerLayer(RequireMultiple, { cost: free, onnx: requireMultipleOnnx });
