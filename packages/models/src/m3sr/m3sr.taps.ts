import {
  layerNorm,
  mamba2Block,
  type Mamba2BlockWeights,
  type MambaBlockWeights,
} from '@prismamba/ssm-core/internal';
import { dwt2d } from '@prismamba/spectral-attention';
import * as tf from '@tensorflow/tfjs-core';
import type * as tfl from '@tensorflow/tfjs-layers';
import type { Tap } from '../model-definition.js';
import { modelWeights } from '../state-dict/model-weights.js';
import { FREQUENCY_NORM_EPSILON } from './frequency-mamba.js';
import type { M3srConfig } from './m3sr.config.js';
import { mambaOverTokens } from './spectral-mamba.js';
import { withPrefix } from './spectral-mamba.layer.js';

/** Weights of one layer whose names start with `prefix`, without it. */
function weightsOf(model: tfl.LayersModel, layer: string, prefix = ''): Record<string, tf.Tensor> {
  return withPrefix(Object.fromEntries(modelWeights(model)), `${layer}/${prefix}`).weights;
}

/** Rows times an official linear weight [out, in]. */
function linear(x: tf.Tensor, weight: tf.Tensor): tf.Tensor {
  const channels = x.shape[x.rank - 1]!;
  const rows = tf.matMul(tf.reshape<tf.Rank.R2>(x, [-1, channels]), weight, false, true);
  return tf.reshape(rows, [...x.shape.slice(0, -1), weight.shape[0]]);
}

/** Modules inside the fused layers of the first block: their values are computed again from the layer's input. */
export function m3srTaps(model: tfl.LayersModel, { groups, wavelet, ...config }: M3srConfig): Tap[] {
  const first = config.num_blocks.length > 1 ? 'encoder_layers.0.0' : 'bottleneck';
  const block = `body.0.${first}.blocks.0`;
  const output = (name: string) => model.getLayer(name).output as tfl.SymbolicTensor;
  const taps: Tap[] = [];
  if (config.spectral) {
    const weights = weightsOf(model, `${block}.spe_mamba`, 'mamba.') as unknown as MambaBlockWeights;
    taps.push({
      name: `${block}.spe_mamba.mamba`,
      from: [output(`${block}.conv_in`)],
      compute: (x: tf.Tensor) => {
        const channels = x.shape[3]! / groups;
        return tf.reshape(mambaOverTokens(x as tf.Tensor4D, groups, weights), [-1, groups, channels]);
      },
    });
  }
  if (config.frequency) {
    const { weights, rest } = withPrefix(weightsOf(model, `${block}.fre_mamba`), 'att_spa.');
    const normalised = (u: tf.Tensor) =>
      layerNorm({
        x: dwt2d(u as tf.Tensor4D, wavelet),
        gamma: rest['ln.weight'] as tf.Tensor1D,
        beta: rest['ln.bias'] as tf.Tensor1D,
        epsilon: FREQUENCY_NORM_EPSILON,
      });
    const from = [output('body.0.embedding')];
    taps.push(
      { name: `${block}.fre_mamba.ln`, from, compute: normalised },
      {
        name: `${block}.fre_mamba.att_spa`,
        from,
        compute: (u: tf.Tensor) => mamba2Block(normalised(u), weights as unknown as Mamba2BlockWeights),
      },
    );
  }
  if (config.spatial) {
    const weights = weightsOf(model, `${block}.att_spa`);
    const from = [output(`${block}.ln`)];
    const projected = (x: tf.Tensor) => linear(x, weights['in_proj.weight']!);
    taps.push(
      { name: `${block}.att_spa.in_proj`, from, compute: projected },
      {
        name: `${block}.att_spa.conv2d`,
        from,
        compute: (x: tf.Tensor) => {
          const filter = tf.transpose(weights['conv2d.1.weight']!, [2, 3, 0, 1]) as tf.Tensor4D;
          return tf.depthwiseConv2d(projected(x) as tf.Tensor4D, filter, 1, 'same');
        },
      },
    );
  }
  return taps;
}
