import { withoutPrefix } from '@prismamba/core/layer';
import { layerNorm, mamba2Block, type Mamba2BlockWeights } from '@prismamba/ssm-core/internal';
import { dwt2d } from '@prismamba/spectral-attention';
import * as tf from '@tensorflow/tfjs-core';
import type * as tfl from '@tensorflow/tfjs-layers';
import type { Tap } from '../model-definition.js';
import { modelWeights } from '../state-dict/model-weights.js';
import { FREQUENCY_NORM_EPSILON, type FrequencyMambaWeights } from './frequency-mamba.js';
import type { M3srConfig } from './m3sr.config.js';
import { mambaOverTokens, type SpectralMambaWeights } from './spectral-mamba.js';

/** Weights of one layer, by their names in it; which these are, its class says. */
function weightsOf<W>(model: tfl.LayersModel, layer: string): W {
  const start = `${layer}/`;
  const own = [...modelWeights(model)].filter(([name]) => name.startsWith(start));
  return Object.fromEntries(own.map(([name, variable]) => [name.slice(start.length), variable])) as W;
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
    const weights = withoutPrefix('mamba.', weightsOf<SpectralMambaWeights>(model, `${block}.spe_mamba`));
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
    const weights = weightsOf<FrequencyMambaWeights>(model, `${block}.fre_mamba`);
    const scan = withoutPrefix('att_spa.', weights);
    const normalised = (u: tf.Tensor) =>
      layerNorm({
        x: dwt2d(u as tf.Tensor4D, wavelet),
        gamma: weights['ln.weight'],
        beta: weights['ln.bias'],
        epsilon: FREQUENCY_NORM_EPSILON,
      });
    const from = [output('body.0.embedding')];
    taps.push(
      { name: `${block}.fre_mamba.ln`, from, compute: normalised },
      {
        name: `${block}.fre_mamba.att_spa`,
        from,
        compute: (u: tf.Tensor) => mamba2Block(normalised(u), scan),
      },
    );
  }
  if (config.spatial) {
    const weights = weightsOf<Mamba2BlockWeights>(model, `${block}.att_spa`);
    const from = [output(`${block}.ln`)];
    const projected = (x: tf.Tensor) => linear(x, weights['in_proj.weight']);
    taps.push(
      { name: `${block}.att_spa.in_proj`, from, compute: projected },
      {
        name: `${block}.att_spa.conv2d`,
        from,
        compute: (x: tf.Tensor) => {
          const filter = tf.transpose<tf.Tensor4D>(weights['conv2d.1.weight'], [2, 3, 0, 1]);
          return tf.depthwiseConv2d(projected(x) as tf.Tensor4D, filter, 1, 'same');
        },
      },
    );
  }
  return taps;
}
