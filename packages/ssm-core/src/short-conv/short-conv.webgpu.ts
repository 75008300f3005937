import { registerWebgpu } from '@prismamba/backend/internal';
import type { Infos } from '@prismamba/core/operator';
import { CAUSAL, type ChannelConvolution } from '../webgpu/channel-convolution.webgpu.js';
import { convolve, convolveBack } from '../webgpu/cut-convolution.webgpu.js';
import { shortConvOperator, type ShortConvInputs } from './short-conv.operator.js';

const convolutionOf = (
  { both, weight, bias }: Infos<ShortConvInputs>,
  length: number,
): ChannelConvolution => ({
  name: 'shortConv',
  x: both,
  row: both.shape[1]!,
  channels: weight.shape[0]!,
  weight,
  taps: weight.shape[2]!,
  bias,
  silu: true,
  reach: CAUSAL,
  height: 1,
  width: length,
});

registerWebgpu(shortConvOperator, {
  forward: (gpu, { inputs, attributes: { length } }) => ({
    u: convolve(gpu, convolutionOf(inputs, length), [inputs.both.shape[0]!, inputs.weight.shape[0]!]),
  }),
  backward(gpu, { inputs, upstream, attributes: { length } }) {
    const { x: both, weight, bias } = convolveBack(gpu, convolutionOf(inputs, length), upstream.u);
    return { both, weight, bias };
  },
});
