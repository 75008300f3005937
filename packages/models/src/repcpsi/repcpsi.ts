import * as tfl from '@tensorflow/tfjs-layers';
import { initialiseModel } from '../initializers/initialise-model.js';
import { convolution } from '../layers/convolution.js';
import { add, apply, rgbInput, type Symbolic } from '../layers/graph.js';
import { SharedPrelu } from '../layers/shared-prelu/shared-prelu.layer.js';
import type { ModelDefinition } from '../model-definition.js';
import { repcpsiConfig, type RepcpsiConfig } from './repcpsi.config.js';
import { mergeRepcpsi } from './merge-repcpsi.js';
import { repcpsiStateDict } from './repcpsi.state-dict.js';
import { SpectralGates } from './spectral-gates.layer.js';

function build(options: RepcpsiConfig, seed: number): tfl.LayersModel {
  const { width, blocks, deploy, bands } = options;
  const conv = (name: string, filters: number, kernelSize: number, input: Symbolic) =>
    apply(convolution({ name, filters, kernelSize, useBias: true }), input);
  /** PSS(x) = conv1(x) + conv3(x) + conv1(conv3(x)). */
  const stage = (path: string, x: Symbolic): Symbolic => {
    if (deploy) return conv(`${path}.fused`, width, 3, x);
    const inner = conv(`${path}.spa_spe_conv.spa`, width, 3, x);
    return add(
      path,
      conv(`${path}.spe_conv`, width, 1, x),
      conv(`${path}.spa_conv`, width, 3, x),
      conv(`${path}.spa_spe_conv.spe`, width, 1, inner),
    );
  };

  const rgb = rgbInput();
  const first = conv('in_conv2D', width, 3, rgb); // [B, H, W, 80]
  let x = first;
  for (let i = 0; i < blocks; i++) {
    const path = `seq_spaspe.${i}`;
    let y = apply(new SharedPrelu({ name: `${path}.relu` }), stage(`${path}.stage1_conv`, x));
    y = stage(`${path}.stage2_conv`, y);
    y = apply(new SpectralGates({ name: `${path}.att_spe`, kernel: 7 }), y);
    x = add(path, y, x);
  }
  const out = conv('out_conv2D', bands, 3, add('body', x, first)); // [B, H, W, 31]
  const model = tfl.model({ name: 'repcpsi', inputs: rgb, outputs: out });
  initialiseModel(model, repcpsiStateDict(options), seed);
  return model;
}

/** RepCPSI, eight re-parameterisable blocks: 2,077,831 parameters. */
export const repcpsi: ModelDefinition<RepcpsiConfig> = {
  key: 'repcpsi',
  title: 'RepCPSI',
  paper: {
    title:
      'RepCPSI: Coordinate-Preserving Proximity Spectral Interaction Network With Reparameterization for Lightweight Spectral Super-Resolution',
    authors: 'Wu, Li, Song, Li, Du',
    venue: 'IEEE TGRS 2023; as compared with in arXiv 2405.07777 (Table I)',
  },
  config: repcpsiConfig,
  fit: 'gradient',
  parameters: 2_077_831,
  small: { width: 6, blocks: 2 },
  build: (options, { seed }) => build(options, seed),
  stateDict: repcpsiStateDict,
  adaptWeights: (tensors, { deploy }) =>
    deploy && tensors.has('seq_spaspe.0.stage1_conv.spa_conv.weight') ? mergeRepcpsi(tensors) : tensors,
};
