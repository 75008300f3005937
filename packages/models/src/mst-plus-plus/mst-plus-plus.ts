import type * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { initialiseModel, type InitializerRule } from '../initializers/initialise-model.js';
import { constant, truncatedNormal } from '@prismamba/core/layer';
import { convolution } from '../layers/convolution.js';
import { CropLike } from '../layers/crop-like/crop-like.layer.js';
import { PadToMultiple } from '../layers/pad-to-multiple/pad-to-multiple.layer.js';
import { add, apply, concat, rgbInput, type Symbolic } from '../layers/graph.js';
import type { ModelDefinition, Tap } from '../model-definition.js';
import { MsabBlock } from './msab-block.layer.js';
import { mstPlusPlusConfig, type MstPlusPlusConfig } from './mst-plus-plus.config.js';
import { mstPlusPlusStateDict } from './mst-plus-plus.state-dict.js';

const conv = (name: string, filters: number, kernelSize: number, input: Symbolic, strides = 1) =>
  apply(convolution({ name, filters, kernelSize, strides }), input);

/** Linear weights truncated normal 0.02, biases of Linear 0, rescale 1; the rest as PyTorch has it. */
const initialisation: readonly InitializerRule[] = [
  [/\.(to_q|to_k|to_v|proj)\.weight$/, truncatedNormal(0.02)],
  [/\.proj\.bias$/, constant(0)],
  [/\.rescale$/, constant(1)],
];

/** Blocks in sequence; the last one ends the module `path`. */
function msab(path: string, blocks: number, heads: number, input: Symbolic): Symbolic {
  let x = input;
  for (let i = 0; i < blocks; i++) x = apply(new MsabBlock({ name: `${path}.blocks.${i}`, heads }), x);
  return x;
}

/** One spectral-wise transformer, a U-Net of MSABs: [B, H, W, C] to the same shape. */
function mst(path: string, { blocks, bands: width }: MstPlusPlusConfig, input: Symbolic): Symbolic {
  const levels = blocks.length - 1;
  const channelsAt = (level: number) => width * 2 ** level;
  let x = conv(`${path}.embedding`, width, 3, input);
  const skips: Symbolic[] = [];
  for (let level = 0; level < levels; level++) {
    const encoder = `${path}.encoder_layers.${level}`;
    x = msab(`${encoder}.0`, blocks[level]!, 2 ** level, x);
    skips.push(x);
    x = conv(`${encoder}.1`, channelsAt(level + 1), 4, x, 2); // [B, H/2, W/2, 2C]
  }
  x = msab(`${path}.bottleneck`, blocks[levels]!, 2 ** levels, x);
  for (let i = 0; i < levels; i++) {
    const level = levels - 1 - i;
    const decoder = `${path}.decoder_layers.${i}`;
    const channels = channelsAt(level);
    const up = tfl.layers.conv2dTranspose({
      name: `${decoder}.0`,
      filters: channels,
      kernelSize: 2,
      strides: 2,
      kernelInitializer: 'zeros',
    });
    const joined = concat(`${decoder}.concat`, apply(up, x), skips[level]!); // [B, 2H, 2W, 2C]
    x = msab(`${decoder}.2`, blocks[level]!, 2 ** level, conv(`${decoder}.1`, channels, 1, joined));
  }
  return add(path, conv(`${path}.mapping`, width, 3, x), input);
}

function build(options: MstPlusPlusConfig, seed: number): tfl.LayersModel {
  const { stages, blocks, bands: width } = options;
  const rgb = rgbInput();
  const padded = apply(new PadToMultiple({ name: 'pad', multiple: multipleFor(blocks) }), rgb);
  const f = conv('conv_in', width, 3, padded);
  let h = f;
  for (let i = 0; i < stages; i++) h = mst(`body.${i}`, options, h);
  const y = add('skip', conv('conv_out', width, 3, h), f); // the skip is from conv_in's output
  const model = tfl.model({
    name: 'mst-plus-plus',
    inputs: rgb,
    outputs: apply(new CropLike({ name: 'crop' }), [y, rgb]),
  });
  initialiseModel(model, mstPlusPlusStateDict(options), seed, initialisation);
  return model;
}

/** Sizes are padded to multiples of 8 (the official code), more where the U-Net is deeper. */
function multipleFor(blocks: readonly number[]): number {
  return Math.max(8, 2 ** (blocks.length - 1));
}

/** Modules of the official network: those inside a block, and sequences of blocks, which end with their last one. */
function taps(model: tfl.LayersModel, { stages, blocks }: MstPlusPlusConfig): Tap[] {
  const levels = blocks.length - 1;
  const paths = Array.from({ length: stages }, (_, s) => [
    ...Array.from({ length: levels }, (_, l) => ({ path: `body.${s}.encoder_layers.${l}.0`, level: l })),
    { path: `body.${s}.bottleneck`, level: levels },
    ...Array.from({ length: levels }, (_, i) => ({
      path: `body.${s}.decoder_layers.${i}.2`,
      level: levels - 1 - i,
    })),
  ]).flat();
  return paths.flatMap(({ path, level }) => {
    const names = Array.from({ length: blocks[level]! }, (_, i) => `${path}.blocks.${i}`);
    const inside = names.flatMap((name): Tap[] => {
      const block = model.getLayer(name) as MsabBlock;
      const from = [block.input as Symbolic];
      return [
        { name: `${name}.0`, from, compute: (x) => block.modules(x as tf.Tensor4D).attention },
        { name: `${name}.1`, from, compute: (x) => block.modules(x as tf.Tensor4D).feedForward },
      ];
    });
    return [...inside, { name: path, from: [model.getLayer(names[names.length - 1]!).output as Symbolic] }];
  });
}

/** MST++, the winner of the NTIRE 2022 challenge: 1,619,625 parameters. */
export const mstPlusPlus: ModelDefinition<MstPlusPlusConfig> = {
  key: 'mst-plus-plus',
  title: 'MST++',
  paper: {
    title: 'MST++: Multi-stage Spectral-wise Transformer for Efficient Spectral Reconstruction',
    authors: 'Cai, Lin, Lin, Wang, Zhang, Pfister, Timofte, Van Gool',
    venue: 'CVPR Workshops 2022',
    url: 'https://arxiv.org/abs/2204.07908',
  },
  config: mstPlusPlusConfig,
  fit: 'gradient',
  parameters: 1_619_625,
  small: { stages: 1, blocks: [1, 1] },
  traits: { minimumSize: 5 },
  build: (options, { seed }) => build(options, seed),
  stateDict: mstPlusPlusStateDict,
  taps,
};
