import {
  constant,
  fixedChannels,
  mambaWeightTable,
  singleInput,
  WeightTableLayer,
  type MambaBlockWeights,
  type WeightSpec,
  type WeightTableLayerConfig,
} from '@prismamba/ssm-core/internal';
import * as tf from '@tensorflow/tfjs-core';
import type * as tfl from '@tensorflow/tfjs-layers';
import { MAMBA_STATES } from './m3sr.state-dict.js';
import { spectralMamba } from './spectral-mamba.js';

export interface SpectralMambaConfig extends WeightTableLayerConfig {
  /** Tokens a pixel (G). */
  readonly groups: number;
}

const CONVOLUTION_WIDTH = 4;

/** Layer of {@link spectralMamba}; weights `mamba.*` and `proj.0.*` under the official names. */
export class SpectralMamba extends WeightTableLayer<string> {
  static readonly className = 'SpectralMamba';
  private readonly groups: number;

  constructor(config: SpectralMambaConfig) {
    super(config);
    this.groups = config.groups;
  }

  protected override weightTable(inputShape: tfl.Shape): Record<string, WeightSpec> {
    const channels = fixedChannels('SpectralMamba', inputShape);
    if (channels % this.groups !== 0) {
      throw new Error(
        `SpectralMamba: groups: got ${this.groups}, wanted a divisor of the ${channels} channels`,
      );
    }
    const mamba = mambaWeightTable(channels / this.groups, MAMBA_STATES, CONVOLUTION_WIDTH);
    return {
      ...Object.fromEntries(Object.entries(mamba).map(([name, spec]) => [`mamba.${name}`, spec])),
      'proj.0.weight': { shape: [channels], initial: constant(1) },
      'proj.0.bias': { shape: [channels], initial: constant(0) },
    };
  }

  override call(inputs: tf.Tensor | tf.Tensor[], kwargs: Record<string, unknown>): tf.Tensor {
    return tf.tidy(() => {
      this.invokeCallHook(inputs, kwargs);
      const { weights, rest } = withPrefix(this.readWeights(), 'mamba.');
      return spectralMamba(
        singleInput<tf.Tensor4D>(inputs),
        this.groups,
        weights as unknown as MambaBlockWeights,
        rest['proj.0.weight'] as tf.Tensor1D,
        rest['proj.0.bias'] as tf.Tensor1D,
      );
    });
  }

  override getConfig(): tf.serialization.ConfigDict {
    return { ...super.getConfig(), groups: this.groups };
  }
}
tf.serialization.registerClass(SpectralMamba);

/** The values whose names start with `prefix` (cut off), and the others. */
export function withPrefix(
  values: Readonly<Record<string, tf.Tensor>>,
  prefix: string,
): { weights: Record<string, tf.Tensor>; rest: Record<string, tf.Tensor> } {
  const weights: Record<string, tf.Tensor> = {};
  const rest: Record<string, tf.Tensor> = {};
  for (const [name, value] of Object.entries(values)) {
    if (name.startsWith(prefix)) weights[name.slice(prefix.length)] = value;
    else rest[name] = value;
  }
  return { weights, rest };
}
