import { registerWebgpu } from '@prismamba/backend/internal';
import type { Infos } from '@prismamba/core/operator';
import { AROUND, type ChannelConvolution } from '../webgpu/channel-convolution.webgpu.js';
import { convolve, convolveBack } from '../webgpu/cut-convolution.webgpu.js';
import { depthwiseSiluOperator, type DepthwiseSiluArgs } from './depthwise-silu.operator.js';

const convolutionOf = ({ x, weight, bias }: Infos<DepthwiseSiluArgs>): ChannelConvolution => ({
  name: 'depthwiseSilu',
  x,
  row: x.shape[3]!,
  channels: x.shape[3]!,
  weight,
  taps: 9,
  bias,
  silu: true,
  reach: AROUND,
  height: x.shape[1]!,
  width: x.shape[2]!,
});

registerWebgpu(depthwiseSiluOperator, {
  forward: (gpu, { inputs }) => ({ y: convolve(gpu, convolutionOf(inputs), inputs.x.shape) }),
  backward: (gpu, { inputs, upstream }) => convolveBack(gpu, convolutionOf(inputs), upstream.y),
});
