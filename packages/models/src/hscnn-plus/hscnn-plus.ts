import * as tfl from '@tensorflow/tfjs-layers';
import { initialiseModel } from '../initializers/initialise-model.js';
import { convolution } from '../layers/convolution.js';
import { apply, concat, rgbInput, type Symbolic } from '../layers/graph.js';
import type { ModelDefinition } from '../model-definition.js';
import { hscnnPlusConfig, type HscnnPlusConfig } from './hscnn-plus.config.js';
import { hscnnPlusStateDict } from './hscnn-plus.state-dict.js';

function build(options: HscnnPlusConfig, seed: number): tfl.LayersModel {
  const conv = (name: string, filters: number, kernelSize: number, input: Symbolic) =>
    apply(convolution({ name, filters, kernelSize, activation: 'relu' }), input);
  /** Two branches, each a 3x3 and then a 1x1 convolution; all four results go on. */
  const branches = (path: string, input: Symbolic, wide: number, narrow: number): Symbolic[] => {
    const up1 = conv(`${path}.conv_up1`, wide, 3, input);
    const up2 = conv(`${path}.conv_up2`, narrow, 1, up1);
    const down1 = conv(`${path}.conv_down1`, wide, 3, input);
    const down2 = conv(`${path}.conv_down2`, narrow, 1, down1);
    return [up1, up2, down1, down2];
  };

  const rgb = rgbInput();
  let x = concat('ddfn.head', ...branches('ddfn', rgb, 32, 32)); // [B, H, W, 128]
  for (let i = 0; i < options.blocks; i++) {
    const path = `ddfn.dfus_blocks.${i}`;
    const f = conv(`${path}.conv1`, 128, 1, x);
    const z = concat(`${path}.branches`, ...branches(path, f, 32, 16)); // [B, H, W, 96]
    x = concat(path, x, conv(`${path}.conv_fution`, 32, 1, z)); // 32 more channels
  }
  const out = apply(convolution({ name: 'conv_out', filters: options.bands, kernelSize: 1 }), x); // [B, H, W, 31]
  const model = tfl.model({ name: 'hscnn-plus', inputs: rgb, outputs: out });
  initialiseModel(model, hscnnPlusStateDict(options), seed);
  return model;
}

/** HSCNN+ with dense connections: 4,645,504 parameters. */
export const hscnnPlus: ModelDefinition<HscnnPlusConfig> = {
  key: 'hscnn-plus',
  title: 'HSCNN+',
  paper: {
    title: 'HSCNN+: Advanced CNN-Based Hyperspectral Recovery from RGB Images',
    authors: 'Shi, Chen, Xiong, Liu, Wu',
    venue: 'CVPR Workshops 2018',
  },
  config: hscnnPlusConfig,
  fit: 'gradient',
  parameters: 4_645_504,
  small: { blocks: 2 },
  build: (options, { seed }) => build(options, seed),
  stateDict: hscnnPlusStateDict,
};
