import * as tfl from '@tensorflow/tfjs-layers';
import { initialiseModel } from '../initializers/initialise-model.js';
import { kaimingNormal } from '@prismamba/core/layer';
import { convolution } from '../layers/convolution.js';
import { EdgePad } from '../layers/edge-pad/edge-pad.layer.js';
import { GlobalPool } from '../layers/global-pool/global-pool.layer.js';
import { add, apply, concat, leakyRelu, multiply, rgbInput, type Symbolic } from '../layers/graph.js';
import type { ModelDefinition } from '../model-definition.js';
import { hsrnetConfig, type HsrnetConfig } from './hsrnet.config.js';
import { hsrnetStateDict } from './hsrnet.state-dict.js';
import { SpectralExpansion } from './spectral-expansion.layer.js';

/** P(in, filters, k, slope): replication padding, convolution with bias, LeakyReLU. */
function padConv(
  path: string,
  filters: number,
  kernelSize: number,
  slope: number,
  input: Symbolic,
): Symbolic {
  const padded =
    kernelSize === 1
      ? input
      : apply(new EdgePad({ name: `${path}.0`, padding: (kernelSize - 1) / 2, mode: 'replicate' }), input);
  const layer = convolution({ name: `${path}.1`, filters, kernelSize, useBias: true, padding: 'valid' });
  return leakyRelu(`${path}.2`, apply(layer, padded), slope);
}

/** Channel gate: sigmoid(net(average) + net(max)), one net of two 1x1 convolutions without bias. */
function gate(path: string, x: Symbolic): Symbolic {
  const fc1 = convolution({ name: `${path}.fc1`, filters: 31, kernelSize: 1 });
  const fc2 = convolution({ name: `${path}.fc2`, filters: 31, kernelSize: 1 });
  const pooled = (['average', 'max'] as const).map((mode) => {
    const p = apply(new GlobalPool({ name: `${path}.${mode}`, mode }), x); // [B, 1, 1, 31]
    return apply(fc2, leakyRelu(`${path}.${mode}.relu`, apply(fc1, p), 0.01));
  });
  const sum = add(`${path}.sum`, ...pooled);
  return apply(tfl.layers.activation({ name: `${path}.sigmoid`, activation: 'sigmoid' }), sum);
}

/** HSI prior: P(LeakyReLU(x + conv(P(x)))); its 3x3 back-projection pads with zeros, unlike all others. */
function spectralPrior(path: string, x: Symbolic): Symbolic {
  const a = padConv(`${path}.conv1`, 128, 3, 0.2, x);
  const b = apply(convolution({ name: `${path}.conv2`, filters: 31, kernelSize: 3, useBias: true }), a);
  const c = leakyRelu(`${path}.relu`, add(`${path}.sum`, x, b), 0.01);
  return padConv(`${path}.conv3`, 31, 1, 0.2, c);
}

function build(options: HsrnetConfig, seed: number): tfl.LayersModel {
  const rgb = rgbInput();
  const expanded = apply(new SpectralExpansion({ name: 'spectral_expansion' }), rgb); // [B, H, W, 5]
  const branch = (letter: string, channels: number) =>
    padConv(
      `convinput${letter.toLowerCase()}`,
      channels,
      1,
      0.01,
      padConv(`conv_${letter}`, channels, 3, 0.01, expanded),
    );
  const f0 = concat('f0', branch('B', 6), branch('G', 10), branch('R', 15)); // [B, H, W, 31]
  let f = f0;
  for (let t = 1; t <= options.units; t++) {
    const direct = padConv(`conv${t}`, 31, 3, 0.01, f);
    const skip = multiply(`e${t}`, f0, gate(`e${t}`, f)); // always f0: only the gate sees f
    const prior = multiply(`en${t}`, spectralPrior(`HSI${t}`, f), gate(`en${t}`, f));
    f = add(`f${t}`, direct, skip, prior);
  }
  const model = tfl.model({ name: 'hsrnet', inputs: rgb, outputs: f });
  initialiseModel(model, hsrnetStateDict(options), seed, [[/\.weight$/, kaimingNormal()]]);
  return model;
}

/** HSRNet, eight unfolded units: 682,610 parameters. */
export const hsrnet: ModelDefinition<HsrnetConfig> = {
  key: 'hsrnet',
  title: 'HSRNet',
  paper: {
    title: 'Spectral Response Function-Guided Deep Optimization-Driven Network for Spectral Super-Resolution',
    authors: 'He, Li, Yuan, Shen, Zhang',
    venue: 'IEEE TNNLS 2021; as compared with in arXiv 2405.07777 (Table I)',
  },
  config: hsrnetConfig,
  fit: 'gradient',
  parameters: 682_610,
  small: { units: 2 },
  build: (options, { seed }) => build(options, seed),
  stateDict: hsrnetStateDict,
};
