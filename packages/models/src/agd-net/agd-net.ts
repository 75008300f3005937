import * as tfl from '@tensorflow/tfjs-layers';
import { initialiseModel } from '../initializers/initialise-model.js';
import { convolution, depthwiseConvolution } from '../layers/convolution.js';
import { add, apply, concat, rgbInput, type Symbolic } from '../layers/graph.js';
import { Subtract } from '../layers/subtract.js';
import type { ModelDefinition, Tap } from '../model-definition.js';
import { agdNetConfig, type AgdNetConfig } from './agd-net.config.js';
import { agdNetStateDict, bands, denseWidths, removesMean } from './agd-net.state-dict.js';
import { PointwiseWithoutMean, RemoveChannelMean } from './channel-mean.layer.js';

/** One dense layer: 1x1, then depthwise 3x3; see {@link agdNet} for what stands before and after them. */
function denseLayer(t: number, i: number, input: Symbolic): Symbolic {
  const path = `stages.${t}.denselayers.${i}`;
  const filters = denseWidths[i]!;
  const useBias = t === 0;
  const activation = i < denseWidths.length - 1 ? ({ activation: 'relu' } as const) : {};
  const pointwise = removesMean(t, i)
    ? new PointwiseWithoutMean({ name: `${path}.compressLayer`, filters })
    : convolution({ name: `${path}.compressLayer`, filters, kernelSize: 1, useBias, ...activation });
  const compressed = apply(pointwise, input);
  const centred = removesMean(t, i)
    ? apply(new RemoveChannelMean({ name: `${path}.actlayer.mean` }), compressed)
    : compressed;
  const depthwise = depthwiseConvolution({ name: `${path}.actlayer`, kernelSize: 3, useBias, ...activation });
  return apply(depthwise, centred);
}

/** f_t: [B, H, W, 3] to [B, H, W, 31]. */
function stage(t: number, msi: Symbolic): Symbolic {
  const u = apply(convolution({ name: `stages.${t}.Upconv`, filters: bands, kernelSize: 3 }), msi);
  const features: Symbolic[] = [u];
  for (let i = 0; i < denseWidths.length; i++) {
    const input = i === 0 ? u : concat(`stages.${t}.denselayers.${i}.concat`, ...features);
    features.push(denseLayer(t, i, input));
  }
  const last = features[features.length - 1]!;
  return t === 0 ? last : add(`stages.${t}`, last, u);
}

function build(options: AgdNetConfig, seed: number): tfl.LayersModel {
  const rgb = rgbInput();
  const degradation = convolution({ name: 'degradation', filters: 3, kernelSize: 3 });
  let msi = rgb;
  let recon: Symbolic | undefined;
  for (let t = 0; t < options.stages; t++) {
    const r = stage(t, msi); // r_t = f_t(msi_t)
    recon = recon === undefined ? r : add(`recon.${t}`, recon, r); // x_t = r_0 + ... + r_t
    // msi_{t+1} = x0 - D x_t. The last one is of no use to the result; it exists for those who look inside.
    const degraded = apply(degradation, recon);
    msi = apply(new Subtract({ name: `residual.${t}` }), [rgb, degraded]);
  }
  const model = tfl.model({ name: 'agd-net', inputs: rgb, outputs: recon! });
  initialiseModel(model, agdNetStateDict(options), seed);
  return model;
}

/** Modules of the official network that are no layer of ours: a dense layer is its depthwise convolution's output. */
function taps(model: tfl.LayersModel, { stages }: AgdNetConfig): Tap[] {
  const output = (name: string) => model.getLayer(name).output as Symbolic;
  return Array.from({ length: stages }, (_, t) => {
    const dense = denseWidths.map((_, i) => `stages.${t}.denselayers.${i}`);
    const layers: Tap[] = dense.map((name) => ({ name, from: [output(`${name}.actlayer`)] }));
    const whole = t === 0 ? `${dense[dense.length - 1]!}.actlayer` : `stages.${t}`;
    return [...layers, { name: `stages.${t}`, from: [output(whole)] }];
  }).flat();
}

/**
 * AGD-Net: gradient descent x_{t+1} = x_t + f_{t+1}(y - D x_t) unfolded into stages, D a shared learnt 3x3
 * convolution from 31 bands to RGB, f five densely connected layers with a spectral zero mean. 386,136 parameters
 * in the official nine stages.
 */
export const agdNet: ModelDefinition<AgdNetConfig> = {
  key: 'agd-net',
  title: 'AGD-Net',
  paper: {
    title: 'Deep Amended Gradient Descent for Efficient Spectral Reconstruction from Single RGB Images',
    authors: 'Zhu, Liu, Hou, Jia, Zhang',
    venue: 'IEEE Transactions on Computational Imaging 7, 2021, 1176-1188',
    url: 'https://arxiv.org/abs/2108.05547',
  },
  config: agdNetConfig,
  fit: 'gradient',
  build: (options, { seed }) => build(options, seed),
  stateDict: agdNetStateDict,
  taps,
};
