import * as tfl from '@tensorflow/tfjs-layers';
import { initialiseModel } from '../initializers/initialise-model.js';
import { constant } from '@prismamba/core/layer';
import { convolution } from '../layers/convolution.js';
import { EdgePad } from '../layers/edge-pad/edge-pad.layer.js';
import { add, apply, multiply, rgbInput, type Symbolic } from '../layers/graph.js';
import { SharedPrelu } from '../layers/shared-prelu/shared-prelu.layer.js';
import { SoftmaxPool } from '../layers/softmax-pool/softmax-pool.layer.js';
import type { ModelDefinition } from '../model-definition.js';
import { awanConfig, innerBands, type AwanConfig } from './awan.config.js';
import { awanStateDict } from './awan.state-dict.js';
import { PatchNonLocal } from './patch-non-local.layer.js';

/** Convolution with reflection padding (k - 1)/2, no bias. */
function conv(path: string, filters: number, kernelSize: number, x: Symbolic): Symbolic {
  const pad = new EdgePad({ name: `${path}.pad`, padding: (kernelSize - 1) / 2, mode: 'reflect' });
  const layer = convolution({ name: `${path}.conv2d`, filters, kernelSize, padding: 'valid' });
  return apply(layer, apply(pad, x));
}

const prelu = (path: string, x: Symbolic): Symbolic => apply(new SharedPrelu({ name: path }), x);

/** Adaptive weighted channel attention: softmax pooling, two matrices with a PReLU between, sigmoid gate. */
function channelAttention(path: string, x: Symbolic, c: number, reduction: number): Symbolic {
  const dense = (i: number, units: number, input: Symbolic) =>
    apply(
      tfl.layers.dense({ name: `${path}.fc.${i}`, units, useBias: false, kernelInitializer: 'zeros' }),
      input,
    );
  const logits = apply(convolution({ name: `${path}.conv`, filters: 1, kernelSize: 1 }), x);
  const pooled = apply(new SoftmaxPool({ name: `${path}.pool` }), [x, logits]); // [B, 1, 1, C]
  const squeezed = prelu(`${path}.fc.1`, dense(0, Math.floor(c / reduction), pooled));
  const gate = tfl.layers.activation({ name: `${path}.sigmoid`, activation: 'sigmoid' });
  return multiply(path, x, apply(gate, dense(2, c, squeezed)));
}

function build(options: AwanConfig, seed: number): tfl.LayersModel {
  const { width: c, blocks, reduction, bands } = options;
  const rgb = rgbInput();
  const first = prelu('input_prelu2D', conv('input_conv2D', c, 3, rgb));
  const head = conv('head_conv2D', c, 3, first); // [B, H, W, 96]
  let out = head;
  let residual = head;
  for (let i = 0; i < blocks; i++) {
    const path = `backbone.${i}`;
    let a = prelu(`${path}.relu1`, conv(`${path}.conv1`, c, 3, out));
    a = prelu(`${path}.relu2`, add(`${path}.sum`, conv(`${path}.conv2`, c, 3, a), out));
    const up = add(`${path}.up`, conv(`${path}.up_conv`, c, 5, a), residual);
    residual = prelu(`${path}.up_relu`, up);
    const v = channelAttention(`${path}.se`, residual, c, reduction);
    out = prelu(`${path}.down_relu`, add(`${path}.down`, conv(`${path}.down_conv`, c, 3, v), out));
  }
  const tail = prelu('output_prelu2D', add('tail', conv('tail_conv2D', c, 3, out), head));
  const cube = conv('output_conv2D', bands, 3, tail); // [B, H, W, 31]
  const nonLocal = new PatchNonLocal({ name: 'tail_nonlocal.non_local', inner: innerBands(bands) });
  const model = tfl.model({ name: 'awan', inputs: rgb, outputs: apply(nonLocal, cube) });
  initialiseModel(model, awanStateDict(options), seed, [[/non_local\.W\.weight$/, constant(0)]]);
  return model;
}

/** AWAN as published with GMSR-Net: 4,039,425 parameters. */
export const awan: ModelDefinition<AwanConfig> = {
  key: 'awan',
  title: 'AWAN',
  paper: {
    title:
      'Adaptive Weighted Attention Network with Camera Spectral Sensitivity Prior for Spectral Reconstruction from RGB Images',
    authors: 'Li, Wu, Song, Li, Liu',
    venue: 'CVPR Workshops 2020',
  },
  config: awanConfig,
  fit: 'gradient',
  parameters: 4_039_425,
  small: { width: 16, blocks: 2, reduction: 4 },
  traits: { minimumSize: 3 },
  build: (options, { seed }) => build(options, seed),
  stateDict: awanStateDict,
};
