import { firstShape, free, registerLayer, singleInput } from '@prismamba/core/layer';
import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { coefficientCount, waveletFilters, type WaveletName } from './wavelet-filters.js';
import { dwt2d, idwt2d } from './wavelets.js';
import { dwt2dOnnx, idwt2dOnnx } from './wavelets.onnx.js';

export interface WaveletLayerConfig {
  readonly name?: string;
  /** `haar` unless stated. */
  readonly wavelet?: WaveletName;
}

/** What the transform and its inverse share: one wavelet and no weights. */
abstract class WaveletLayer extends tfl.layers.Layer {
  protected readonly wavelet: WaveletName;
  protected readonly taps: number;

  constructor(config: WaveletLayerConfig = {}) {
    super(config);
    this.wavelet = config.wavelet ?? 'haar';
    this.taps = waveletFilters(this.wavelet).decLow.length;
  }

  protected abstract transform(x: tf.Tensor4D): tf.Tensor4D;
  protected abstract outputSize(size: number): number;
  protected abstract outputChannels(channels: number): number;

  override call(inputs: tf.Tensor | tf.Tensor[], kwargs: Record<string, unknown>): tf.Tensor {
    return tf.tidy(() => {
      this.invokeCallHook(inputs, kwargs);
      return this.transform(singleInput(inputs));
    });
  }

  override computeOutputShape(inputShape: tfl.Shape | tfl.Shape[]): tfl.Shape {
    const [batch, height, width, channels] = firstShape(inputShape) as [
      number | null,
      number | null,
      number | null,
      number | null,
    ];
    const size = (length: number | null) => (length === null ? null : this.outputSize(length));
    return [batch, size(height), size(width), channels === null ? null : this.outputChannels(channels)];
  }

  override getConfig(): tf.serialization.ConfigDict {
    return { ...super.getConfig(), wavelet: this.wavelet };
  }
}

/** Layer of {@link dwt2d}: [B, H, W, C] to [B, H', W', 4C], band-major LL, LH, HL, HH. */
export class Dwt2d extends WaveletLayer {
  static readonly className = 'Dwt2d';
  protected override transform(x: tf.Tensor4D): tf.Tensor4D {
    return dwt2d(x, this.wavelet);
  }
  protected override outputSize(size: number): number {
    return coefficientCount(size, this.taps);
  }
  protected override outputChannels(channels: number): number {
    return 4 * channels;
  }
}
registerLayer(Dwt2d, { cost: free, onnx: dwt2dOnnx });

/** Layer of {@link idwt2d}: [B, H', W', 4C] to [B, 2H' - L + 2, 2W' - L + 2, C], L the length of the filters. */
export class Idwt2d extends WaveletLayer {
  static readonly className = 'Idwt2d';
  protected override transform(y: tf.Tensor4D): tf.Tensor4D {
    return idwt2d(y, this.wavelet);
  }
  protected override outputSize(size: number): number {
    return 2 * size - this.taps + 2;
  }
  protected override outputChannels(channels: number): number {
    return channels / 4;
  }
}
registerLayer(Idwt2d, { cost: free, onnx: idwt2dOnnx });
