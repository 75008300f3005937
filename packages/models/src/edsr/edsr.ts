import * as tfl from '@tensorflow/tfjs-layers';
import { initialiseModel } from '../initializers/initialise-model.js';
import { convolution } from '../layers/convolution.js';
import { add, apply, rgbInput, type Symbolic } from '../layers/graph.js';
import type { ModelDefinition } from '../model-definition.js';
import { edsrConfig, type EdsrConfig } from './edsr.config.js';
import { edsrStateDict } from './edsr.state-dict.js';

function build(options: EdsrConfig, seed: number): tfl.LayersModel {
  const { width, blocks, bands } = options;
  const conv = (name: string, filters: number, input: Symbolic, activation?: 'relu') =>
    apply(
      convolution({ name, filters, kernelSize: 3, useBias: true, ...(activation && { activation }) }),
      input,
    );

  const rgb = rgbInput();
  const head = conv('head.0', width, rgb); // [B, H, W, 64]
  let x = head;
  for (let i = 0; i < blocks; i++) {
    const y = conv(`body.${i}.body.2`, width, conv(`body.${i}.body.0`, width, x, 'relu'));
    x = add(`body.${i}`, x, y); // x + conv(ReLU(conv(x))), residual scale 1
  }
  x = add('body', conv(`body.${blocks}`, width, x), head);
  const out = conv('tail.0', bands, x); // [B, H, W, 31]
  const model = tfl.model({ name: 'edsr', inputs: rgb, outputs: out });
  initialiseModel(model, edsrStateDict(options), seed);
  return model;
}

/** EDSR, the baseline of the MST++ comparison: 2,419,999 parameters. */
export const edsr: ModelDefinition<EdsrConfig> = {
  key: 'edsr',
  title: 'EDSR',
  paper: {
    title: 'Enhanced Deep Residual Networks for Single Image Super-Resolution',
    authors: 'Lim, Son, Kim, Nah, Lee',
    venue: 'CVPR Workshops 2017; as the baseline of MST++ (CVPRW 2022)',
  },
  config: edsrConfig,
  fit: 'gradient',
  parameters: 2_419_999,
  small: { width: 4, blocks: 2 },
  build: (options, { seed }) => build(options, seed),
  stateDict: edsrStateDict,
};
