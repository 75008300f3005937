import { joined, registerWebgpu, release, type WebgpuBackend } from '@prismamba/backend/internal';
import type { TensorInfo } from '@tensorflow/tfjs-core';
import { CAUSAL, type ChannelConvolution } from '../webgpu/channel-convolution.webgpu.js';
import { convolve, convolveBack } from '../webgpu/cut-convolution.webgpu.js';
import { causalConv1dOperator } from './causal-conv1d.operator.js';

/** With `bias` or without one, which is zeros. Gives nothing back. */
function withConvolution<T>(
  gpu: WebgpuBackend,
  { x, weight, bias }: { readonly x: TensorInfo; readonly weight: TensorInfo; readonly bias?: TensorInfo },
  work: (convolution: ChannelConvolution) => T,
): T {
  const channels = weight.shape[0]!;
  const zeros = bias === undefined ? joined(gpu, [channels]) : undefined;
  const result = work({
    name: 'causalConv1d',
    x,
    row: channels,
    channels,
    weight,
    taps: weight.shape[2]!,
    bias: bias ?? zeros!,
    silu: false,
    reach: CAUSAL,
    height: 1,
    width: x.shape[1]!,
  });
  release(gpu, [zeros]);
  return result;
}

registerWebgpu(causalConv1dOperator, {
  forward: (gpu, { inputs: { x, weight, bias } }) => ({
    y: withConvolution(gpu, { x, weight, ...(bias === undefined ? {} : { bias }) }, (convolution) =>
      convolve(gpu, convolution, x.shape),
    ),
  }),
  backward(gpu, { inputs: { x, weight }, upstream, given }) {
    const { bias, ...rest } = withConvolution(gpu, { x, weight }, (convolution) =>
      convolveBack(gpu, convolution, upstream.y),
    );
    if (given('bias')) return { ...rest, bias };
    release(gpu, [bias]);
    return rest;
  },
});
