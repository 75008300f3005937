import {
  dispatchEach,
  neighbourAround,
  newArray,
  part,
  registerWebgpu,
  release,
  sumRows,
  type EachShader,
  type WebgpuBackend,
} from '@prismamba/backend/internal';
import type { TensorInfo } from '@tensorflow/tfjs-core';
import { mapConvolutionOperator } from './map-convolution.operator.js';

/** Pixels whose part of the weight's gradient one invocation adds up. */
const RUN = 64;

const UNIFORMS = ['pixels', 'height', 'width', 'side'] as const;

function run<Buffers extends string>(
  gpu: WebgpuBackend,
  { name, buffers: bound, body }: Pick<EachShader<Buffers>, 'name' | 'buffers' | 'body'>,
  { shape }: TensorInfo,
  side: number,
  buffers: Readonly<Record<Buffers, TensorInfo>>,
  count: number,
): void {
  const [batch, height, width] = shape as [number, number, number];
  dispatchEach(
    gpu,
    {
      name: `mapConvolution.${name}`,
      buffers: bound,
      uniforms: UNIFORMS,
      constants: { RUN },
      body: `${neighbourAround('uniforms.side')}${body}`,
    },
    { buffers, uniforms: { pixels: batch * height * width, height, width, side }, count },
  );
}

/**
 * One invocation computes one number: maps [B, H, W, 2], weight [1, 2, K, K], out [B, H, W, 1]. The weight's gradient is summed over runs
 * of pixels, [BHW / RUN, 2 K K], then over the runs.
 */
registerWebgpu(mapConvolutionOperator, {
  forward(gpu, { inputs: { maps, weight } }) {
    const [batch, height, width] = maps.shape as [number, number, number];
    const out = newArray(gpu, [batch, height, width, 1]);
    const step = {
      name: 'forward',
      buffers: { maps: 'read', weight: 'read', out: 'read_write' } as const,
      body: `
fn each(pixel: u32) {
  let taps = uniforms.side * uniforms.side;
  var sum = 0.0;
  for (var tap = 0u; tap < taps; tap++) {
    let at = neighbour(pixel, tap, 1);
    if (at >= 0) { sum += weight[tap] * maps[2u * u32(at)] + weight[taps + tap] * maps[2u * u32(at) + 1u]; }
  }
  out[pixel] = sum;
}`,
    };
    run(gpu, step, maps, weight.shape[2]!, { maps, weight, out }, batch * height * width);
    return { out };
  },

  backward(gpu, { inputs: { maps, weight }, upstream }) {
    const [batch, height, width] = maps.shape as [number, number, number];
    const pixels = batch * height * width;
    const side = weight.shape[2]!;
    const dout = upstream.out;
    const dmaps = newArray(gpu, maps.shape);
    const gather = {
      name: 'gather',
      buffers: { weight: 'read', dout: 'read', dmaps: 'read_write' } as const,
      body: `
fn each(i: u32) {
  let pixel = i / 2u;
  let taps = uniforms.side * uniforms.side;
  var sum = 0.0;
  for (var tap = 0u; tap < taps; tap++) {
    let at = neighbour(pixel, tap, -1);
    if (at >= 0) { sum += weight[i % 2u * taps + tap] * dout[at]; }
  }
  dmaps[i] = sum;
}`,
    };
    run(gpu, gather, maps, side, { weight, dout, dmaps }, 2 * pixels);
    const taps = 2 * side * side;
    const runs = Math.ceil(pixels / RUN);
    const sums = newArray(gpu, [runs * taps]);
    const add = {
      name: 'weight',
      buffers: { maps: 'read', dout: 'read', sums: 'read_write' } as const,
      body: `
fn each(i: u32) {
  let taps = uniforms.side * uniforms.side;
  let first = i / (2u * taps) * RUN;
  let map = i / taps % 2u;
  var sum = 0.0;
  for (var pixel = first; pixel < min(first + RUN, uniforms.pixels); pixel++) {
    let at = neighbour(pixel, i % taps, 1);
    if (at >= 0) { sum += dout[pixel] * maps[2u * u32(at) + map]; }
  }
  sums[i] = sum;
}`,
    };
    run(gpu, add, maps, side, { maps, dout, sums }, runs * taps);
    const all = sumRows(gpu, sums, runs, taps);
    const gradients = { maps: dmaps, weight: part(gpu, all, 0, weight.shape) };
    release(gpu, [all]);
    return gradients;
  },
});
