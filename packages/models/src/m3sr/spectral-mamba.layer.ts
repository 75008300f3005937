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
import { mambaWeightTable } from '@prismamba/ssm-core/internal';
import * as tf from '@tensorflow/tfjs-core';
import type * as tfl from '@tensorflow/tfjs-layers';
import { MAMBA_STATES } from './m3sr.state-dict.js';
import { spectralMambaCost } from './spectral-mamba.cost.js';
import { spectralMamba, type SpectralMambaWeights } from './spectral-mamba.js';
import { spectralMambaOnnx } from './spectral-mamba.onnx.js';

export interface SpectralMambaConfig extends WeightTableLayerConfig {
  /** Tokens a pixel (G). */
  readonly groups: number;
}

const CONVOLUTION_WIDTH = 4;

/** Layer of {@link spectralMamba}; weights `mamba.*` and `proj.0.*` under the official names. */
export class SpectralMamba extends WeightTableLayer<SpectralMambaWeights> {
  static readonly className = 'SpectralMamba';
  private readonly groups: number;

  constructor(config: SpectralMambaConfig) {
    super(config);
    this.groups = config.groups;
  }

  protected override weightTable(inputShape: tfl.Shape): WeightTable<SpectralMambaWeights> {
    const channels = fixedChannels('SpectralMamba', inputShape);
    if (channels % this.groups !== 0) {
      throw new Error(
        `SpectralMamba: groups: got ${this.groups}, wanted a divisor of the ${channels} channels`,
      );
    }
    const mamba = mambaWeightTable(channels / this.groups, MAMBA_STATES, CONVOLUTION_WIDTH);
    return {
      ...withPrefix('mamba.', mamba),
      'proj.0.weight': { shape: [channels], initial: constant(1) },
      'proj.0.bias': { shape: [channels], initial: constant(0) },
    };
  }

  override call(inputs: tf.Tensor | tf.Tensor[], kwargs: Record<string, unknown>): tf.Tensor {
    return tf.tidy(() => {
      this.invokeCallHook(inputs, kwargs);
      return spectralMamba(singleInput(inputs), this.groups, this.readWeights());
    });
  }

  override getConfig(): tf.serialization.ConfigDict {
    return { ...super.getConfig(), groups: this.groups };
  }
}
registerLayer(SpectralMamba, { cost: spectralMambaCost, onnx: spectralMambaOnnx });
