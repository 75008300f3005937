import { PointwiseGeluResidual } from '@prismamba/ssm-core';
import { layerNorm } from '@prismamba/ssm-core/internal';
import {
  GradientStatisticsLayer,
  SpatialAttentionMap,
  SpectralAttentionGate,
} from '@prismamba/spectral-attention';
import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { initialiseModel, type InitializerRule } from '../initializers/initialise-model.js';
import { constant, logArange, stackedLinear, stepSizeBias } from '@prismamba/core/layer';
import { convolution } from '../layers/convolution.js';
import { rgbInput, type Symbolic } from '../layers/graph.js';
import type { ModelDefinition, Tap } from '../model-definition.js';
import { modelWeights } from '../state-dict/model-weights.js';
import { gmsrNetConfig, type GmsrNetConfig } from './gmsr-net.config.js';
import { gmsrNetEntries } from './gmsr-net.state-dict.js';
import { applyCbam, applyMixer } from './mixers.js';

/** Initial values that are not PyTorch's defaults (Mamba's own; `stackedLinear` for the stacked projections). */
const RULES: readonly InitializerRule[] = [
  [/\.skip_scale2?$/, constant(1)],
  [/\.x_proj_weight$/, stackedLinear],
  [/\.dt_projs_weight$/, stackedLinear],
  [/\.dt_projs_bias$/, stepSizeBias()],
  [/\.A_logs$/, logArange],
  [/\.Ds$/, constant(1)],
];

/** Blocks in sequence: x -> conv1x1 -> o;  z = o + GELU(conv1x1([VSS(o), G_spa(o), G_spe(o)])). */
function build(config: GmsrNetConfig, { seed }: { readonly seed: number }): tfl.LayersModel {
  const rgb = rgbInput();
  // One module for all blocks: its gradient is the sum of its uses.
  const spatial = new SpatialAttentionMap({
    name: 'spatial_attention',
    variant: config.attention,
    weightInitializer: 'zeros',
  });
  let x: Symbolic = rgb;
  config.widths.forEach((width, i) => {
    const s = i + 1;
    const o = convolution({ name: `output${s}`, filters: width, kernelSize: 1 }).apply(x) as Symbolic; // [B, H, W, C]
    const maps: Symbolic[] = [];
    // attentions as factors of o: the products o * a and o * s are never formed
    const scales: Symbolic[] = [];
    const mixed = applyMixer(config, s, width, o);
    if (mixed !== undefined) maps.push(mixed);
    if (config.spatial_attention || config.spectral_attention) {
      const statistics = new GradientStatisticsLayer({ name: `gradient_statistics${s}` });
      const [perPixel, perBand] = statistics.apply(o) as [Symbolic, Symbolic]; // [B, H, W, 2], [B, 2, C]
      if (config.spatial_attention) scales.push(spatial.apply(perPixel) as Symbolic); // [B, H, W, 1]
      if (config.spectral_attention) {
        const spectral = new SpectralAttentionGate({
          name: `spectral_attention${s}`,
          variant: config.attention,
          weightInitializer: 'zeros',
        });
        scales.push(spectral.apply(perBand) as Symbolic); // [B, 1, 1, C]
      }
    }
    const last = config.cbam ? [applyCbam(s, o)] : [];
    const kinds = [...maps.map(() => 'map'), ...scales.map(() => 'scale'), ...last.map(() => 'map')] as (
      | 'map'
      | 'scale'
    )[];
    const fusion = new PointwiseGeluResidual({
      name: `conv${s}`,
      branches: kinds,
      weightInitializer: 'zeros',
    });
    x = fusion.apply([o, ...maps, ...scales, ...last]) as Symbolic; // [B, H, W, C]
  });
  const model = tfl.model({ inputs: rgb, outputs: x, name: 'gmsr-net' });
  initialiseModel(model, gmsrNetEntries(config), seed, RULES);
  return model;
}

/**
 * Modules inside our fused layers: `conv<s>` is the block without its residual; our attentions are factors of o; the layer norm of a VSS block is
 * computed again; its SS2D is the block itself, whose drop path is the identity in evaluation.
 */
function taps(model: tfl.LayersModel, config: GmsrNetConfig): Tap[] {
  const output = (name: string) => model.getLayer(name).getOutputAt(0) as tfl.SymbolicTensor;
  const weights = modelWeights(model);
  return config.widths.flatMap((_, i): Tap[] => {
    const s = i + 1;
    const o = output(`output${s}`);
    const residual = (a: tf.Tensor, b: tf.Tensor) => tf.sub(b, a);
    const fused: Tap = { name: `conv${s}`, from: [o, output(`conv${s}`)], compute: residual };
    const product = (a: tf.Tensor, b: tf.Tensor) => tf.mul(a, b);
    const attentions: Tap[] = [];
    if (config.spatial_attention) {
      const scale = model.getLayer('spatial_attention').getOutputAt(i) as tfl.SymbolicTensor;
      const name = i === 0 ? 'spatial_attention' : `spatial_attention#call${s}`;
      attentions.push({ name, from: [o, scale], compute: product });
    }
    if (config.spectral_attention) {
      const name = `spectral_attention${s}`;
      attentions.push({ name, from: [o, output(name)], compute: product });
    }
    if (config.mixer !== 'mamba') return [fused, ...attentions];
    const norm = (x: tf.Tensor) =>
      layerNorm({
        x,
        gamma: weights.get(`VSS${s}/ln_1.weight`) as tf.Variable<tf.Rank.R1>,
        beta: weights.get(`VSS${s}/ln_1.bias`) as tf.Variable<tf.Rank.R1>,
      });
    return [
      fused,
      ...attentions,
      { name: `VSS${s}.ln_1`, from: [o], compute: norm },
      { name: `VSS${s}.self_attention`, from: [output(`VSS${s}`)] },
    ];
  });
}

/**
 * GMSR-Net (Wang, Huang, Zhang, Zhu, Gamba, Feng, "GMSR: Gradient-Guided Mamba for Spectral Reconstruction from RGB
 * Images", arXiv 2405.07777): 44,980 parameters. [B, H, W, 3] to [B, H, W, 31], H and W at least 3, no clamp.
 */
export const gmsrNet: ModelDefinition<GmsrNetConfig> = {
  key: 'gmsr-net',
  title: 'GMSR-Net',
  paper: {
    title: 'GMSR: Gradient-Guided Mamba for Spectral Reconstruction from RGB Images',
    authors: 'X. Wang, Z. Huang, S. Zhang, J. Zhu, P. Gamba, L. Feng',
    venue: 'arXiv 2405.07777, 2024',
    url: 'https://arxiv.org/abs/2405.07777',
  },
  config: gmsrNetConfig,
  fit: 'gradient',
  parameters: 44_980,
  small: { widths: [4, 31] },
  traits: { minimumSize: 3, mixesBatch: true },
  build,
  stateDict: gmsrNetEntries,
  taps,
};
