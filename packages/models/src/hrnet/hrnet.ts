import * as tfl from '@tensorflow/tfjs-layers';
import { initialiseModel } from '../initializers/initialise-model.js';
import { convolution } from '../layers/convolution.js';
import { CropLike } from '../layers/crop-like/crop-like.layer.js';
import { PadToMultiple } from '../layers/pad-to-multiple/pad-to-multiple.layer.js';
import { add, apply, concat, leakyRelu, rgbInput, type Symbolic } from '../layers/graph.js';
import { PixelShuffle } from '../layers/pixel-shuffle/pixel-shuffle.layer.js';
import { Scale } from '../layers/scale/scale.layer.js';
import { UnusedWeights } from '../layers/unused-weights/unused-weights.layer.js';
import type { ModelDefinition } from '../model-definition.js';
import { hrnetConfig, type HrnetConfig } from './hrnet.config.js';
import { hrnetStateDict } from './hrnet.state-dict.js';

/** Every convolution, the last one too, is followed by LeakyReLU(0.2). */
function conv(path: string, filters: number, input: Symbolic, kernelSize = 3): Symbolic {
  const layer = convolution({ name: `${path}.conv2d`, filters, kernelSize, useBias: true });
  return leakyRelu(path, apply(layer, input), 0.2);
}

/** Residual dense block: four convolutions of `growth` channels, a fifth back to c; 0.1 x5 + x. */
function residualDense(path: string, x: Symbolic, c: number): Symbolic {
  const features = [x];
  for (let i = 1; i <= 4; i++) {
    const input = i === 1 ? x : concat(`${path}.dense${i}`, ...features);
    features.push(conv(`${path}.conv${i}`, c / 2, input));
  }
  const fifth = conv(`${path}.conv5`, c, concat(`${path}.dense5`, ...features));
  return add(path, apply(new Scale({ name: `${path}.scale`, factor: 0.1 }), fifth), x);
}

/**
 * Global block: 0.1 act(conv(act(conv(x)))) + x. The official code multiplies the first activation by a
 * squeeze-excitation gate and then discards the product, so the gate's three matrices are never used.
 */
function globalBlock(path: string, x: Symbolic, c: number): Symbolic {
  const a = conv(`${path}.conv1`, c, x);
  const shapes = [
    { name: 'fc.0', shape: [c / 4, c] },
    { name: 'fc.2', shape: [c / 4, c / 4] },
    { name: 'fc.4', shape: [c, c / 4] },
  ];
  const gate = apply(new UnusedWeights({ name: `${path}.fc`, shapes }), a);
  const second = conv(`${path}.conv2`, c, gate);
  return add(path, apply(new Scale({ name: `${path}.scale`, factor: 0.1 }), second), x);
}

function build(options: HrnetConfig, seed: number): tfl.LayersModel {
  const s = options.width;
  const shuffle = (name: string, direction: 'shuffle' | 'unshuffle', factor: number, x: Symbolic) =>
    apply(new PixelShuffle({ name, factor, direction }), x);

  const rgb = rgbInput();
  const x = apply(new PadToMultiple({ name: 'pad', multiple: 8 }), rgb);

  let top = conv('top1', 8 * s, shuffle('unshuffle8', 'unshuffle', 8, x)); // [B, H/8, W/8, 512]
  top = globalBlock('top22', residualDense('top21', top, 8 * s), 8 * s);
  top = shuffle('top.shuffle', 'shuffle', 2, conv('top3', 8 * s, top, 1)); // [B, H/4, W/4, 128]

  let mid = conv('mid1', 4 * s, shuffle('unshuffle4', 'unshuffle', 4, x)); // [B, H/4, W/4, 256]
  mid = conv('mid2', 4 * s, concat('mid.concat', mid, top));
  mid = globalBlock('mid32', residualDense('mid31', mid, 4 * s), 4 * s);
  mid = shuffle('mid.shuffle', 'shuffle', 2, conv('mid4', 4 * s, mid)); // [B, H/2, W/2, 64]

  let bottom = conv('bot1', 2 * s, shuffle('unshuffle2', 'unshuffle', 2, x)); // [B, H/2, W/2, 128]
  bottom = conv('bot2', 2 * s, concat('bot.concat', bottom, mid));
  bottom = residualDense('bot32', residualDense('bot31', bottom, 2 * s), 2 * s);
  bottom = globalBlock('bot33', bottom, 2 * s);
  bottom = shuffle('bot.shuffle', 'shuffle', 2, conv('bot4', 2 * s, bottom)); // [B, H, W, 32]

  let main = conv('main2', s, concat('main.concat', conv('main1', s, x), bottom)); // [B, H, W, 64]
  for (let i = 1; i <= 4; i++) main = residualDense(`main3${i}`, main, s);
  main = globalBlock('main35', main, s);
  const out = apply(new CropLike({ name: 'crop' }), [conv('main4', options.bands, main), rgb]); // [B, H, W, 31]

  const model = tfl.model({ name: 'hrnet', inputs: rgb, outputs: out });
  initialiseModel(model, hrnetStateDict(options), seed);
  return model;
}

/** HRNet, four levels joined by pixel (un)shuffle: 31,704,863 parameters, 12 tensors of them never used. */
export const hrnet: ModelDefinition<HrnetConfig> = {
  key: 'hrnet',
  title: 'HRNet',
  paper: {
    title: 'Hierarchical Regression Network for Spectral Reconstruction from RGB Images',
    authors: 'Zhao, Po, Yan, Liu, Lin',
    venue: 'CVPR Workshops 2020',
  },
  config: hrnetConfig,
  fit: 'gradient',
  parameters: 31_704_863,
  small: { width: 16 },
  traits: { minimumSize: 5 },
  build: (options, { seed }) => build(options, seed),
  stateDict: hrnetStateDict,
};
