import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { initialiseModel } from '../initializers/initialise-model.js';
import { convolution } from '../layers/convolution.js';
import { add, apply, rgbInput, type Symbolic } from '../layers/graph.js';
import { Subtract } from '../layers/subtract/subtract.layer.js';
import type { ModelDefinition, Tap } from '../model-definition.js';
import { agdNetConfig, type AgdNetConfig } from './agd-net.config.js';
import { agdNetStateDict, DENSE_LAYERS } from './agd-net.state-dict.js';
import { AgdStage } from './agd-stage.layer.js';

function build(options: AgdNetConfig, seed: number): tfl.LayersModel {
  const rgb = rgbInput();
  const degradation = convolution({ name: 'degradation', filters: 3, kernelSize: 3 });
  let msi = rgb;
  let recon: Symbolic | undefined;
  for (let t = 0; t < options.stages; t++) {
    const r = apply(new AgdStage({ name: `stages.${t}`, stage: t, bands: options.bands }), msi); // r_t = f_t(msi_t)
    recon = recon === undefined ? r : add(`recon.${t}`, recon, r); // x_t = r_0 + ... + r_t
    // msi_{t+1} = x0 - D x_t. The last one is of no use to the result; it exists for those who look inside.
    const degraded = apply(degradation, recon);
    msi = apply(new Subtract({ name: `residual.${t}` }), [rgb, degraded]);
  }
  const model = tfl.model({ name: 'agd-net', inputs: rgb, outputs: recon! });
  initialiseModel(model, agdNetStateDict(options), seed);
  return model;
}

/** The modules inside a stage, from the stage computed once more on its own input. */
function taps(model: tfl.LayersModel, { stages }: AgdNetConfig): Tap[] {
  const modules = Array.from({ length: DENSE_LAYERS }, (_, i) => [
    `denselayers.${i}`,
    `denselayers.${i}.compressLayer`,
  ]).flat();
  return Array.from({ length: stages }, (_, t) => {
    const stage = model.getLayer(`stages.${t}`) as AgdStage;
    return ['Upconv', ...modules].map((module): Tap => ({
      name: `stages.${t}.${module}`,
      from: [stage.input as Symbolic],
      compute: (msi) => {
        let seen: tf.Tensor | undefined;
        stage.observe(msi as tf.Tensor4D, (name, value) => {
          // The stage frees its maps as it goes.
          if (name === module) seen = tf.keep(value.clone());
        });
        return seen!;
      },
    }));
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
  parameters: 386_136,
  small: { stages: 2 },
  build: (options, { seed }) => build(options, seed),
  stateDict: agdNetStateDict,
  taps,
};
