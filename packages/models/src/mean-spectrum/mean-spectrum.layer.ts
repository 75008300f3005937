import {
  constant,
  firstShape,
  free,
  registerLayer,
  singleInput,
  WeightTableLayer,
  type WeightTable,
} from '@prismamba/core/layer';
import * as tf from '@tensorflow/tfjs-core';
import type * as tfl from '@tensorflow/tfjs-layers';
import { OUTPUT_BANDS } from '../bands.js';
import { meanSpectrumOnnx } from './mean-spectrum.onnx.js';

/** Gives every pixel the same spectrum: [B, H, W, any] to [B, H, W, 31]; weight `mean` [31]. */
export class MeanSpectrumLayer extends WeightTableLayer<{ readonly mean: tf.Tensor1D }> {
  static readonly className = 'MeanSpectrum';

  protected override weightTable(): WeightTable<{ readonly mean: tf.Tensor1D }> {
    return { mean: { shape: [OUTPUT_BANDS], initial: constant(0) } };
  }

  override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
    return tf.tidy(() => {
      const x = singleInput(inputs);
      const shape = [...x.shape.slice(0, -1), OUTPUT_BANDS];
      return tf.add(tf.zeros(shape), this.readWeights().mean); // [B, H, W, 31]
    });
  }

  override computeOutputShape(inputShape: tfl.Shape | tfl.Shape[]): tfl.Shape {
    return [...firstShape(inputShape).slice(0, -1), OUTPUT_BANDS];
  }
}
registerLayer(MeanSpectrumLayer, { cost: free, onnx: meanSpectrumOnnx });
