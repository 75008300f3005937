import {
  constant,
  fixedChannels,
  mamba2WeightTable,
  recomputeWithWeights,
  singleInput,
  WeightTableLayer,
  type Mamba2BlockWeights,
  type WeightSpec,
  type WeightTableLayerConfig,
} from '@prismamba/ssm-core/internal';
import type { WaveletName } from '@prismamba/spectral-attention';
import * as tf from '@tensorflow/tfjs-core';
import type * as tfl from '@tensorflow/tfjs-layers';
import { frequencyMamba } from './frequency-mamba.js';
import { SS2D_STATES } from './m3sr.state-dict.js';
import { withPrefix } from './spectral-mamba.layer.js';

export interface FrequencyMambaConfig extends WeightTableLayerConfig {
  readonly wavelet: WaveletName;
}

/** Layer of {@link frequencyMamba}; weights `ln.*` and `att_spa.*` under the official names. */
export class FrequencyMamba extends WeightTableLayer<string> {
  static readonly className = 'FrequencyMamba';
  private readonly wavelet: WaveletName;

  constructor(config: FrequencyMambaConfig) {
    super(config);
    this.wavelet = config.wavelet;
  }

  protected override weightTable(inputShape: tfl.Shape): Record<string, WeightSpec> {
    const channels = 4 * fixedChannels('FrequencyMamba', inputShape);
    const scan = mamba2WeightTable(channels, SS2D_STATES);
    return {
      'ln.weight': { shape: [channels], initial: constant(1) },
      'ln.bias': { shape: [channels], initial: constant(0) },
      ...Object.fromEntries(Object.entries(scan).map(([name, spec]) => [`att_spa.${name}`, spec])),
    };
  }

  override call(inputs: tf.Tensor | tf.Tensor[], kwargs: Record<string, unknown>): tf.Tensor {
    return tf.tidy(() => {
      this.invokeCallHook(inputs, kwargs);
      // Only the input is kept for the backward pass.
      return recomputeWithWeights(
        (u: tf.Tensor4D, values: Record<string, tf.Tensor>) => {
          const { weights, rest } = withPrefix(values, 'att_spa.');
          const [gamma, beta] = [rest['ln.weight'] as tf.Tensor1D, rest['ln.bias'] as tf.Tensor1D];
          return frequencyMamba(u, this.wavelet, gamma, beta, weights as unknown as Mamba2BlockWeights);
        },
        singleInput<tf.Tensor4D>(inputs),
        this.readWeights(),
      );
    });
  }

  override getConfig(): tf.serialization.ConfigDict {
    return { ...super.getConfig(), wavelet: this.wavelet };
  }
}
tf.serialization.registerClass(FrequencyMamba);
