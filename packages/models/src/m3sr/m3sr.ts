import { Mamba2Block } from '@prismamba/ssm-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { initialiseModel, type InitializerRule } from '../initializers/initialise-model.js';
import {
  constant,
  kaimingUniform,
  logArange,
  stackedLinear,
  truncatedNormal,
  uniformBelow,
} from '@prismamba/core/layer';
import { convolution } from '../layers/convolution.js';
import { CropLike } from '../layers/crop-like/crop-like.layer.js';
import { PadToMultiple } from '../layers/pad-to-multiple/pad-to-multiple.layer.js';
import { add, apply, concat, rgbInput, type Symbolic } from '../layers/graph.js';
import { LayerNorm } from '../layers/layer-norm/layer-norm.layer.js';
import { UnusedWeights } from '../layers/unused-weights/unused-weights.layer.js';
import type { BuildOptions, ModelDefinition } from '../model-definition.js';
import { BranchFusion } from './branch-fusion.layer.js';
import { FrequencyMamba } from './frequency-mamba.layer.js';
import { m3srConfig, padMultiple, type M3srConfig } from './m3sr.config.js';
import { m3srTaps } from './m3sr.taps.js';
import { branchNames, m3srEntries, SS2D_STATES } from './m3sr.state-dict.js';
import { SpectralMamba } from './spectral-mamba.layer.js';

/**
 * Initial values (spec section 7). The network's own initialisation of every Linear layer reaches into the Mamba
 * blocks: their projections are truncated normal and dt_proj.bias is 0, so Mamba's step sizes are lost.
 */
const RULES: readonly InitializerRule[] = [
  [/\.weights$/, (shape) => new Float32Array(shape[0]!).fill(1 / shape[0]!)],
  [/\.x_proj_weight$/, stackedLinear],
  [/\.(Ds|mamba\.D)$/, constant(1)],
  [/\.A_logs$/, constant(0)],
  [/\.A_log$/, logArange],
  [/\.dt_projs_bias$/, uniformBelow(0.1)],
  [/\.dt_proj\.bias$/, constant(0)],
  [/\.(in_proj|x_proj|dt_proj|out_proj|fc1|fc2)\.weight$/, truncatedNormal(0.02)],
  [/\.fc[12]\.bias$/, constant(0)],
  [/\.conv1d\.weight$/, kaimingUniform],
];

const conv = (
  name: string,
  filters: number,
  kernelSize: number,
  input: Symbolic,
  useBias = false,
): Symbolic => apply(convolution({ name, filters, kernelSize, useBias }), input);

/** u + SS2D(LN(u)), and where asked + MLP(LN(.)) with the same layer norm. */
function spatialBranch(block: string, d: number, u: Symbolic, useMlp: boolean): Symbolic {
  const norm = new LayerNorm({ name: `${block}.ln`, weightInitializer: 'zeros' });
  const scan = new Mamba2Block({ name: `${block}.att_spa`, dState: SS2D_STATES, weightInitializer: 'zeros' });
  const mixed = add(`${block}.spatial`, u, apply(scan, apply(norm, u)));
  if (!useMlp) {
    const shapes = [
      { name: 'fc1.weight', shape: [2 * d, d] },
      { name: 'fc1.bias', shape: [2 * d] },
      { name: 'fc2.weight', shape: [d, 2 * d] },
      { name: 'fc2.bias', shape: [d] },
    ];
    return apply(new UnusedWeights({ name: `${block}.mlp`, shapes }), mixed);
  }
  const dense = (i: 1 | 2, units: number) =>
    tfl.layers.dense({ name: `${block}.mlp.fc${i}`, units, kernelInitializer: 'zeros' });
  const hidden = apply(dense(1, 2 * d), apply(norm, mixed));
  const active = apply(tfl.layers.activation({ name: `${block}.mlp.act`, activation: 'gelu' }), hidden);
  return add(`${block}.spatial.mlp`, mixed, apply(dense(2, d), active));
}

/** One SSFM block of width d: sum of the weighted branches, plus its input. */
export function ssfmBlock(block: string, d: number, u: Symbolic, config: M3srConfig): Symbolic {
  const { groups, wavelet, use_mlp } = config;
  const branches = branchNames(config).map((name): Symbolic => {
    switch (name) {
      case 'spatial':
        return spatialBranch(block, d, u, use_mlp);
      case 'spectral': {
        const tokens = conv(`${block}.conv_in`, groups * d, 1, u, true); // [B, H, W, G d]
        return conv(
          `${block}.conv_out`,
          d,
          1,
          apply(
            new SpectralMamba({ name: `${block}.spe_mamba`, groups, weightInitializer: 'zeros' }),
            tokens,
          ),
          true,
        );
      }
      case 'frequency':
        return apply(
          new FrequencyMamba({ name: `${block}.fre_mamba`, wavelet, weightInitializer: 'zeros' }),
          u,
        );
    }
  });
  return apply(new BranchFusion({ name: block, branches: branches.length }), [...branches, u]);
}

/** Blocks in sequence, each with a residual of its own; the last sum has the group's official name. */
function blockGroup(path: string, d: number, count: number, input: Symbolic, config: M3srConfig): Symbolic {
  let x = input;
  for (let j = 0; j < count; j++) {
    const block = ssfmBlock(`${path}.blocks.${j}`, d, x, config);
    x = add(j === count - 1 ? path : `${path}.sum.${j}`, block, x);
  }
  return x;
}

/** One U-shape: encoder, bottleneck, decoder, plus its input. */
function uShape(body: string, input: Symbolic, config: M3srConfig): Symbolic {
  const { num_blocks, bands } = config;
  const levels = num_blocks.length - 1;
  const width = (level: number) => bands * 2 ** level;
  const skips: Symbolic[] = [];
  let x = conv(`${body}.embedding`, bands, 3, input);
  for (let i = 0; i < levels; i++) {
    x = blockGroup(`${body}.encoder_layers.${i}.0`, width(i), num_blocks[i]!, x, config);
    skips.push(x);
    const down = { name: `${body}.encoder_layers.${i}.1`, filters: width(i + 1), kernelSize: 4, strides: 2 };
    x = apply(convolution(down), x); // `same` pads an even size by 1 on each side
  }
  x = blockGroup(`${body}.bottleneck`, width(levels), num_blocks[levels]!, x, config);
  for (let i = 0; i < levels; i++) {
    const level = levels - 1 - i;
    const path = `${body}.decoder_layers.${i}`;
    const up = tfl.layers.conv2dTranspose({
      name: `${path}.0`,
      filters: width(level),
      kernelSize: 2,
      strides: 2,
      kernelInitializer: 'zeros',
    });
    const both = concat(`${path}.concat`, apply(up, x), skips[level]!);
    x = blockGroup(
      `${path}.2`,
      width(level),
      num_blocks[level]!,
      conv(`${path}.1`, width(level), 1, both),
      config,
    );
  }
  return add(body, conv(`${body}.mapping`, bands, 3, x), input);
}

function build(config: M3srConfig, { seed }: BuildOptions): tfl.LayersModel {
  const { bands } = config;
  const rgb = rgbInput();
  const padded = apply(new PadToMultiple({ name: 'pad', multiple: padMultiple(config) }), rgb);
  const features = conv('conv_in', bands, 3, padded);
  let x = features;
  for (let i = 0; i < config.stages; i++) x = uShape(`body.${i}`, x, config);
  const y = add('sum', conv('conv_out', bands, 3, x), features);
  const cropped = apply(new CropLike({ name: 'crop' }), [y, rgb]);
  const model = tfl.model({ name: 'm3sr', inputs: rgb, outputs: cropped });
  initialiseModel(model, m3srEntries(config), seed, RULES);
  return model;
}

/**
 * M3SR (Zhang, Li, Lin, Ming, Yu, Leung, "M3SR: Multi-Scale Multi-Perceptual Mamba for Efficient Spectral Reconstruction", AAAI 2026,
 * arXiv 2601.08293): 2,887,062 parameters. [B, H, W, 3] to [B, H, W, 31], no clamp.
 */
export const m3sr: ModelDefinition<M3srConfig> = {
  key: 'm3sr',
  title: 'M3SR',
  paper: {
    title: 'M3SR: Multi-Scale Multi-Perceptual Mamba for Efficient Spectral Reconstruction',
    authors: 'Y. Zhang, L. Li, Q. Lin, Z. Ming, F. Yu, V. C. M. Leung',
    venue: 'AAAI 2026; arXiv 2601.08293',
    url: 'https://arxiv.org/abs/2601.08293',
  },
  config: m3srConfig,
  fit: 'gradient',
  parameters: 2_887_062,
  small: { num_blocks: [1, 1], groups: 2 },
  traits: { minimumSize: 5 },
  build,
  stateDict: m3srEntries,
  taps: m3srTaps,
};
