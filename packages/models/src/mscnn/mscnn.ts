import * as tfl from '@tensorflow/tfjs-layers';
import { initialiseModel } from '../initializers/initialise-model.js';
import { BatchNormalization2d } from '../layers/batch-normalization/batch-normalization.layer.js';
import { convolution } from '../layers/convolution.js';
import { apply, concat, relu, rgbInput, type Symbolic } from '../layers/graph.js';
import { PixelShuffle } from '../layers/pixel-shuffle/pixel-shuffle.layer.js';
import { RequireMultiple } from '../layers/require-multiple/require-multiple.layer.js';
import type { ModelDefinition } from '../model-definition.js';
import { mscnnConfig, type MscnnConfig } from './mscnn.config.js';
import { decoderPath, encoderPath, mscnnStateDict } from './mscnn.state-dict.js';

/** Twice: 3x3 convolution without bias, batch normalisation, ReLU. (The official Dropout2d has p = 0.) */
function doubleConv(path: string, filters: number, input: Symbolic): Symbolic {
  let x = input;
  for (const i of [0, 4]) {
    x = apply(convolution({ name: `${path}.conv.${i}`, filters, kernelSize: 3 }), x);
    x = apply(new BatchNormalization2d({ name: `${path}.conv.${i + 1}`, epsilon: 1e-5, momentum: 0.1 }), x);
    x = relu(`${path}.conv.${i + 2}`, x);
  }
  return x;
}

function build(options: MscnnConfig, seed: number): tfl.LayersModel {
  const { width, levels, bands } = options;
  const rgb = rgbInput();
  const image = apply(new RequireMultiple({ name: 'mscnn.sides', multiple: 2 ** levels }), rgb);
  let x = doubleConv('in_conv', width, image);
  const skips: Symbolic[] = [];
  for (let level = 1; level <= levels; level++) {
    skips.push(x);
    const pool = tfl.layers.maxPooling2d({ name: `pool${level}`, poolSize: 2, strides: 2 });
    x = doubleConv(encoderPath(level, levels), width * 2 ** level, apply(pool, x));
  }
  for (let level = levels - 1; level >= 0; level--) {
    const up = apply(new PixelShuffle({ name: `shuffle${level}`, factor: 2, direction: 'shuffle' }), x);
    x = concat(`skip${level}`, up, skips[level]!);
    x = doubleConv(decoderPath(level, levels), width * 2 ** level, x);
  }
  const out = apply(convolution({ name: 'out', filters: bands, kernelSize: 1 }), x); // [B, H, W, 31]
  const model = tfl.model({ name: 'mscnn', inputs: rgb, outputs: out });
  initialiseModel(model, mscnnStateDict(options), seed);
  return model;
}

/** MSCNN, a U-Net with max pooling and pixel shuffle: 26,686,592 parameters. */
export const mscnn: ModelDefinition<MscnnConfig> = {
  key: 'mscnn',
  title: 'MSCNN',
  paper: {
    title: 'Accurate Spectral Super-Resolution from Single RGB Image Using Multi-scale CNN',
    authors: 'Yan, Zhang, Li, Wei, Zhang',
    venue: 'PRCV 2018',
  },
  config: mscnnConfig,
  fit: 'gradient',
  parameters: 26_686_592,
  small: { width: 4, levels: 2 },
  traits: { minimumSize: 16, sizeMultiple: 16 },
  build: (options, { seed }) => build(options, seed),
  stateDict: mscnnStateDict,
};
