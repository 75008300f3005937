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

export interface MeanSpectrumLayerConfig {
  readonly name?: string;
  /** 31 unless stated. */
  readonly bands?: number;
}

/** Gives every pixel the same spectrum: [B, H, W, any] to [B, H, W, bands]; weight `mean` [bands]. */
export class MeanSpectrumLayer extends WeightTableLayer<{ readonly mean: tf.Tensor1D }> {
  static readonly className = 'MeanSpectrum';
  private readonly bands: number;

  constructor(config: MeanSpectrumLayerConfig = {}) {
    super(config);
    this.bands = config.bands ?? OUTPUT_BANDS;
  }

  protected override weightTable(): WeightTable<{ readonly mean: tf.Tensor1D }> {
    return { mean: { shape: [this.bands], initial: constant(0) } };
  }

  override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
    return tf.tidy(() => {
      const x = singleInput(inputs);
      const shape = [...x.shape.slice(0, -1), this.bands];
      return tf.add(tf.zeros(shape), this.readWeights().mean); // [B, H, W, bands]
    });
  }

  override computeOutputShape(inputShape: tfl.Shape | tfl.Shape[]): tfl.Shape {
    return [...firstShape(inputShape).slice(0, -1), this.bands];
  }

  override getConfig(): tf.serialization.ConfigDict {
    return { ...super.getConfig(), bands: this.bands };
  }
}
registerLayer(MeanSpectrumLayer, { cost: free, onnx: meanSpectrumOnnx });
