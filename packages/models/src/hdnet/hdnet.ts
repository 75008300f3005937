import * as tfl from '@tensorflow/tfjs-layers';
import { initialiseModel } from '../initializers/initialise-model.js';
import { kaimingNormal } from '@prismamba/core/layer';
import { BatchNormalization2d } from '../layers/batch-normalization/batch-normalization.layer.js';
import { convolution, depthwiseConvolution } from '../layers/convolution.js';
import { GlobalPool } from '../layers/global-pool/global-pool.layer.js';
import { add, apply, concat, multiply, relu, rgbInput, type Symbolic } from '../layers/graph.js';
import { SoftmaxPool } from '../layers/softmax-pool/softmax-pool.layer.js';
import type { ModelDefinition } from '../model-definition.js';
import { hdnetConfig, type HdnetConfig } from './hdnet.config.js';
import { hdnetStateDict } from './hdnet.state-dict.js';
import { ChannelDot } from './channel-dot.layer.js';
import { ChannelSlice } from './channel-slice.layer.js';
import { PositionSoftmax } from './position-softmax.layer.js';

const sigmoid = (name: string, x: Symbolic): Symbolic =>
  apply(tfl.layers.activation({ name, activation: 'sigmoid' }), x);
const pointwise = (name: string, filters: number, x: Symbolic, useBias = false): Symbolic =>
  apply(convolution({ name, filters, kernelSize: 1, useBias }), x);

/**
 * SDL attention: a channel gate (officially named spatial: softmax pooling of half the channels, back to all, sigmoid)
 * plus a position gate (officially named spectral: sigmoid of a softmax, so its values are near 0.5).
 */
function sdlAttention(path: string, x: Symbolic, c: number): Symbolic {
  const values = pointwise(`${path}.conv_v_right`, c / 2, x);
  const logits = pointwise(`${path}.conv_q_right`, 1, x);
  const context = apply(new SoftmaxPool({ name: `${path}.context` }), [values, logits]); // [B, 1, 1, C/2]
  const channelGate = sigmoid(`${path}.channel_gate`, pointwise(`${path}.conv_up`, c, context));
  const query = pointwise(`${path}.conv_q_left`, c / 2, x);
  const average = apply(new GlobalPool({ name: `${path}.average`, mode: 'average' }), query);
  const maps = pointwise(`${path}.conv_v_left`, c / 2, x);
  const scores = apply(new ChannelDot({ name: `${path}.scores` }), [average, maps]); // [B, H, W, 1]
  const softmax = apply(new PositionSoftmax({ name: `${path}.softmax` }), scores);
  const positionGate = sigmoid(`${path}.position_gate`, softmax);
  return add(
    path,
    multiply(`${path}.channels`, x, channelGate),
    multiply(`${path}.positions`, x, positionGate),
  );
}

/** EFF: each channel group is weighed by a position softmax of its own and keeps itself: map * x + x. */
function efficientFeatureFusion(path: string, x: Symbolic, c: number, groups: number): Symbolic {
  const size = c / groups;
  const norm = (name: string, input: Symbolic) =>
    relu(`${name}.relu`, apply(new BatchNormalization2d({ name, epsilon: 1e-5, momentum: 0.9 }), input));
  const parts = Array.from({ length: groups }, (_, i) => {
    const p = `${path}.subspaces.${i}`;
    const group = apply(new ChannelSlice({ name: `${p}.slice`, begin: i * size, size }), x);
    const scaled = apply(
      depthwiseConvolution({ name: `${p}.conv_dws`, kernelSize: 1, useBias: true }),
      group,
    );
    const pool = tfl.layers.maxPooling2d({ name: `${p}.pool`, poolSize: 3, strides: 1, padding: 'same' });
    const pooled = apply(pool, norm(`${p}.bn_dws`, scaled));
    const logits = norm(`${p}.bn_point`, pointwise(`${p}.conv_point`, 1, pooled, true));
    const map = apply(new PositionSoftmax({ name: `${p}.softmax` }), logits);
    return add(p, multiply(`${p}.weighed`, group, map), group);
  });
  return concat(path, ...parts);
}

function build(options: HdnetConfig, seed: number): tfl.LayersModel {
  const { width: c, before, after, groups, bands } = options;
  const conv = (name: string, filters: number, input: Symbolic, activation?: 'relu') =>
    apply(
      convolution({ name, filters, kernelSize: 3, useBias: true, ...(activation && { activation }) }),
      input,
    );
  const residual = (i: number, x: Symbolic) =>
    add(`body.${i}`, x, conv(`body.${i}.body.2`, c, conv(`body.${i}.body.0`, c, x, 'relu')));

  const rgb = rgbInput();
  const head = conv('head.0', c, rgb); // [B, H, W, 48]
  let x = head;
  for (let i = 0; i < before; i++) x = residual(i, x);
  x = sdlAttention(`body.${before}`, x, c);
  x = efficientFeatureFusion(`body.${before + 1}`, x, c, groups);
  for (let i = 0; i < after; i++) x = residual(before + 2 + i, x);
  x = add('body', conv(`body.${before + 2 + after}`, c, x), head);
  const model = tfl.model({ name: 'hdnet', inputs: rgb, outputs: conv('tail.0', bands, x) });
  initialiseModel(model, hdnetStateDict(options), seed, [
    [/\.conv_[qv]_(left|right)\.weight$/, kaimingNormal()],
  ]);
  return model;
}

/** HDNet as in the MST++ comparison: 2,659,243 parameters. */
export const hdnet: ModelDefinition<HdnetConfig> = {
  key: 'hdnet',
  title: 'HDNet',
  paper: {
    title: 'HDNet: High-resolution Dual-domain Learning for Spectral Compressive Imaging',
    authors: 'Hu, Cai, Lin, Wang, Yuan, Zhang, Timofte, Van Gool',
    venue: 'CVPR 2022; as the baseline of MST++ (CVPRW 2022)',
  },
  config: hdnetConfig,
  fit: 'gradient',
  parameters: 2_659_243,
  small: { width: 16, before: 1, after: 1 },
  build: (options, { seed }) => build(options, seed),
  stateDict: hdnetStateDict,
};
