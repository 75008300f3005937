import {
  constant,
  fixedChannels,
  registerLayer,
  singleInput,
  WeightTableLayer,
  withPrefix,
  type WeightTable,
  type WeightTableLayerConfig,
} from '@prismamba/core/layer';
import { mamba2WeightTable, recomputeWithWeights } from '@prismamba/ssm-core/internal';
import type { WaveletName } from '@prismamba/spectral-attention';
import * as tf from '@tensorflow/tfjs-core';
import type * as tfl from '@tensorflow/tfjs-layers';
import { frequencyMambaCost } from './frequency-mamba.cost.js';
import { frequencyMamba, type FrequencyMambaWeights } from './frequency-mamba.js';
import { frequencyMambaOnnx } from './frequency-mamba.onnx.js';
import { SS2D_STATES } from './m3sr.state-dict.js';

export interface FrequencyMambaConfig extends WeightTableLayerConfig {
  readonly wavelet: WaveletName;
}

/** Layer of {@link frequencyMamba}; weights `ln.*` and `att_spa.*` under the official names. */
export class FrequencyMamba extends WeightTableLayer<FrequencyMambaWeights> {
  static readonly className = 'FrequencyMamba';
  private readonly wavelet: WaveletName;

  constructor(config: FrequencyMambaConfig) {
    super(config);
    this.wavelet = config.wavelet;
  }

  protected override weightTable(inputShape: tfl.Shape): WeightTable<FrequencyMambaWeights> {
    const channels = 4 * fixedChannels('FrequencyMamba', inputShape);
    const scan = mamba2WeightTable(channels, SS2D_STATES);
    return {
      'ln.weight': { shape: [channels], initial: constant(1) },
      'ln.bias': { shape: [channels], initial: constant(0) },
      ...withPrefix('att_spa.', scan),
    };
  }

  override call(inputs: tf.Tensor | tf.Tensor[], kwargs: Record<string, unknown>): tf.Tensor {
    return tf.tidy(() => {
      this.invokeCallHook(inputs, kwargs);
      // Only the input is kept for the backward pass.
      return recomputeWithWeights(
        (u: tf.Tensor4D, weights: FrequencyMambaWeights) => frequencyMamba(u, this.wavelet, weights),
        singleInput<tf.Tensor4D>(inputs),
        this.readWeights(),
      );
    });
  }

  override getConfig(): tf.serialization.ConfigDict {
    return { ...super.getConfig(), wavelet: this.wavelet };
  }
}
registerLayer(FrequencyMamba, { cost: frequencyMambaCost, onnx: frequencyMambaOnnx });
