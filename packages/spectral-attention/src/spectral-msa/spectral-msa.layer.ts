import {
  constant,
  fixedChannels,
  registerLayer,
  singleInput,
  WeightTableLayer,
  type WeightTable,
  type WeightTableLayerConfig,
} from '@prismamba/core/layer';
import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { fanInUniform } from '../fan-in-uniform.js';
import { spectralMsaCost } from './spectral-msa.cost.js';
import { spectralMsa } from './spectral-msa.js';
import { spectralMsaOnnx } from './spectral-msa.onnx.js';

export interface SpectralMsaConfig extends WeightTableLayerConfig {
  /** Divides the channels; the width of a head is channels / heads (31 throughout MST++). */
  readonly heads: number;
}

/** Names are the official ones of MST++; layouts are those of {@link spectralMsa}. */
interface SpectralMsaWeights {
  readonly rescale: tf.Tensor3D;
  readonly 'to_q.weight': tf.Tensor2D;
  readonly 'to_k.weight': tf.Tensor2D;
  readonly 'to_v.weight': tf.Tensor2D;
  readonly 'proj.weight': tf.Tensor2D;
  readonly 'proj.bias': tf.Tensor1D;
  readonly 'pos_emb.0.weight': tf.Tensor4D;
  readonly 'pos_emb.2.weight': tf.Tensor4D;
}

/**
 * Layer of {@link spectralMsa}: [B, H, W, C] to the same shape. Initial values as in the official network: linear
 * weights truncated normal of standard deviation 0.02, bias 0, rescale 1, convolutions uniform in +-1/3.
 */
export class SpectralMsa extends WeightTableLayer<SpectralMsaWeights> {
  static readonly className = 'SpectralMsa';
  private readonly heads: number;

  constructor(config: SpectralMsaConfig) {
    super(config);
    const { heads } = config;
    if (!Number.isInteger(heads) || heads < 1) {
      throw new Error(`SpectralMsa: heads: got ${String(heads)}, wanted a whole number of at least 1`);
    }
    this.heads = heads;
  }

  protected override weightTable(inputShape: tfl.Shape): WeightTable<SpectralMsaWeights> {
    const channels = fixedChannels('SpectralMsa', inputShape);
    if (channels % this.heads !== 0) {
      throw new Error(`SpectralMsa: heads: got ${this.heads}, wanted a divisor of the ${channels} channels`);
    }
    // From TensorFlow.js's generator, as this layer has always drawn them: the k-th with seed + k.
    const linear = (k: number) => {
      const normal = tfl.initializers.truncatedNormal({ stddev: 0.02, seed: this.seed + k });
      return { shape: [channels, channels], initial: (shape: readonly number[]) => normal.apply([...shape]) };
    };
    const depthwise = (name: keyof SpectralMsaWeights) => ({
      shape: [3, 3, channels, 1],
      initial: fanInUniform(9, this.seed, name),
    });
    return {
      rescale: { shape: [this.heads, 1, 1], initial: constant(1) },
      'to_q.weight': linear(0),
      'to_k.weight': linear(1),
      'to_v.weight': linear(2),
      'proj.weight': linear(3),
      'proj.bias': { shape: [channels], initial: constant(0) },
      'pos_emb.0.weight': depthwise('pos_emb.0.weight'),
      'pos_emb.2.weight': depthwise('pos_emb.2.weight'),
    };
  }

  override call(inputs: tf.Tensor | tf.Tensor[], kwargs: Record<string, unknown>): tf.Tensor {
    return tf.tidy(() => {
      this.invokeCallHook(inputs, kwargs);
      const weights = this.readWeights();
      return spectralMsa({
        x: singleInput(inputs),
        toQ: weights['to_q.weight'],
        toK: weights['to_k.weight'],
        toV: weights['to_v.weight'],
        rescale: weights.rescale,
        projection: weights['proj.weight'],
        projectionBias: weights['proj.bias'],
        position0: weights['pos_emb.0.weight'],
        position2: weights['pos_emb.2.weight'],
      });
    });
  }

  override getConfig(): tf.serialization.ConfigDict {
    return { ...super.getConfig(), heads: this.heads };
  }
}
registerLayer(SpectralMsa, { cost: spectralMsaCost, onnx: spectralMsaOnnx });
