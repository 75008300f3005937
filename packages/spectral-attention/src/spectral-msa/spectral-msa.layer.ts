import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { lastSize } from '../last-size.js';
import { fanInUniform } from '../uniform-initializer.js';
import { spectralMsa } from './spectral-msa.js';

export interface SpectralMsaConfig {
  readonly name?: string;
  /** Divides the channels; the width of a head is channels / heads (31 throughout MST++). */
  readonly heads: number;
  /** Every initial value follows from this number; 0 unless stated. */
  readonly seed?: number;
}

/** Weight names are the official ones of MST++; layouts are those of {@link spectralMsa}. */
const linear = ['to_q.weight', 'to_k.weight', 'to_v.weight', 'proj.weight'] as const;
const depthwise = ['pos_emb.0.weight', 'pos_emb.2.weight'] as const;
type WeightName = 'rescale' | (typeof linear)[number] | 'proj.bias' | (typeof depthwise)[number];

/**
 * Layer of {@link spectralMsa}: [B, H, W, C] to the same shape. Initial values as in the official network: linear
 * weights truncated normal of standard deviation 0.02, bias 0, rescale 1, convolutions uniform in +-1/3.
 */
export class SpectralMsa extends tfl.layers.Layer {
  static readonly className = 'SpectralMsa';
  private readonly heads: number;
  private readonly seed: number;
  private readonly variables = new Map<WeightName, tfl.LayerVariable>();

  constructor(config: SpectralMsaConfig) {
    super(config);
    const { heads, seed = 0 } = config;
    if (!Number.isInteger(heads) || heads < 1) {
      throw new Error(`SpectralMsa: heads: got ${String(heads)}, wanted a whole number of at least 1`);
    }
    this.heads = heads;
    this.seed = seed;
  }

  override build(inputShape: tfl.Shape | tfl.Shape[]): void {
    const channels = lastSize('SpectralMsa', inputShape);
    if (channels % this.heads !== 0) {
      throw new Error(`SpectralMsa: heads: got ${this.heads}, wanted a divisor of the ${channels} channels`);
    }
    const { initializers } = tfl;
    const add = (name: WeightName, shape: number[], initializer: ReturnType<typeof initializers.zeros>) =>
      this.variables.set(name, this.addWeight(name, shape, 'float32', initializer));
    add('rescale', [this.heads, 1, 1], initializers.ones());
    linear.forEach((name, k) =>
      add(name, [channels, channels], initializers.truncatedNormal({ stddev: 0.02, seed: this.seed + k })),
    );
    add('proj.bias', [channels], initializers.zeros());
    for (const name of depthwise) add(name, [3, 3, channels, 1], fanInUniform(9, this.seed, name));
    this.built = true;
  }

  override call(inputs: tf.Tensor | tf.Tensor[], kwargs: Record<string, unknown>): tf.Tensor {
    return tf.tidy(() => {
      this.invokeCallHook(inputs, kwargs);
      const x = (Array.isArray(inputs) ? inputs[0] : inputs) as tf.Tensor4D;
      const weight = <T extends tf.Tensor>(name: WeightName) => this.variables.get(name)!.read() as T;
      return spectralMsa({
        x,
        toQ: weight('to_q.weight'),
        toK: weight('to_k.weight'),
        toV: weight('to_v.weight'),
        rescale: weight('rescale'),
        projection: weight('proj.weight'),
        projectionBias: weight('proj.bias'),
        position0: weight('pos_emb.0.weight'),
        position2: weight('pos_emb.2.weight'),
      });
    });
  }

  override computeOutputShape(inputShape: tfl.Shape | tfl.Shape[]): tfl.Shape | tfl.Shape[] {
    return inputShape;
  }

  override getConfig(): tf.serialization.ConfigDict {
    const { heads, seed } = this;
    return { ...super.getConfig(), heads, seed };
  }
}
tf.serialization.registerClass(SpectralMsa);
