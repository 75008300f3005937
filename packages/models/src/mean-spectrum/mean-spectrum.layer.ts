import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { OUTPUT_BANDS } from '../bands.js';

/** Gives every pixel the same spectrum: [B, H, W, any] to [B, H, W, 31]; weight `mean` [31]. */
export class MeanSpectrumLayer extends tfl.layers.Layer {
  static readonly className = 'MeanSpectrum';
  private mean!: tfl.LayerVariable;

  override build(): void {
    this.mean = this.addWeight('mean', [OUTPUT_BANDS], 'float32', tfl.initializers.zeros());
    this.built = true;
  }

  override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
    return tf.tidy(() => {
      const x = Array.isArray(inputs) ? inputs[0]! : inputs;
      const shape = [...x.shape.slice(0, -1), OUTPUT_BANDS];
      return tf.add(tf.zeros(shape), this.mean.read()); // [B, H, W, 31]
    });
  }

  override computeOutputShape(inputShape: tfl.Shape): tfl.Shape {
    return [...inputShape.slice(0, -1), OUTPUT_BANDS];
  }
}
tf.serialization.registerClass(MeanSpectrumLayer);
