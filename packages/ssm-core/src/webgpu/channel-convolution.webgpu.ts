import {
  dispatchEach,
  neighbourAround,
  newArray,
  part,
  release,
  sizeOf,
  sumRows,
  type EachShader,
  type WebgpuBackend,
} from '@prismamba/backend/internal';
import type * as tf from '@tensorflow/tfjs-core';
import { SILU } from './silu.js';

/**
 * A convolution of every channel with its own taps, v = bias + sum_j weight_j x_j, with SiLU behind it where wanted, in WGSL. One
 * invocation computes one number. The gradient has three passes: dv = dy SiLU'(v) with v computed again, dx gathered from it, and the
 * weights' sums over runs of places. Memory beside inputs and outputs: dv [places, D], and the sums [places / RUN, D (K + 1)]. Here in
 * one piece; `convolve` and `convolveBack` cut it where the device wants that.
 */
export interface ChannelConvolution {
  readonly name: string;
  /** Rows of x, its channels innermost: [places, row]; the convolution is over the first `channels` of a row. */
  readonly x: tf.TensorInfo;
  readonly row: number;
  readonly channels: number;
  /** K taps a channel, [D, 1, ...]. */
  readonly weight: tf.TensorInfo;
  readonly taps: number;
  /** [D]. */
  readonly bias: tf.TensorInfo;
  readonly silu: boolean;
  readonly reach: Reach;
  readonly height: number;
  readonly width: number;
}

/** Which places the taps meet, in maps of `height` times `width` places. */
export interface Reach {
  /**
   * `neighbour(place, tap, sense) -> i32`: the place that the tap meets (sense 1), the one whose tap meets this (sense -1), or -1
   * outside; of `uniforms.height` and `uniforms.width`.
   */
  readonly neighbour: string;
  /** A map is cut into runs along it: of rows, or of places where it is one row. */
  readonly along: 'height' | 'width';
  /** How far the taps reach along it, backwards and forwards. */
  readonly before: (taps: number) => number;
  readonly after: (taps: number) => number;
}

/** Along sequences of `width` places (and a height of 1): the last tap meets its own place. */
export const CAUSAL: Reach = {
  neighbour: `
fn neighbour(place: u32, tap: u32, sense: i32) -> i32 {
  let at = i32(place % uniforms.width) - sense * i32(K - 1u - tap);
  if (at < 0 || at >= i32(uniforms.width)) { return -1; }
  return i32(place - place % uniforms.width) + at;
}`,
  along: 'width',
  before: (taps) => taps - 1,
  after: () => 0,
};

/** 3 x 3 taps, zeros outside. */
export const AROUND: Reach = {
  neighbour: neighbourAround('3u'),
  along: 'height',
  before: () => 1,
  after: () => 1,
};

/** Places whose part of the weights' gradients one invocation adds up. */
const RUN = 64;

const UNIFORMS = ['places', 'channels', 'row', 'height', 'width'] as const;

const CONVOLVED = `
fn convolved(place: u32, d: u32) -> f32 {
  var v = bias[d];
  for (var j = 0u; j < K; j++) {
    let at = neighbour(place, j, 1);
    if (at >= 0) { v += weight[d * K + j] * x[u32(at) * uniforms.row + d]; }
  }
  return v;
}`;

const EACH = `
fn each(i: u32) {
  let place = i / uniforms.channels;
  let d = i % uniforms.channels;`;

function run<Buffers extends string>(
  gpu: WebgpuBackend,
  convolution: ChannelConvolution,
  step: Pick<EachShader<Buffers>, 'name' | 'buffers' | 'body'>,
  arrays: Readonly<Record<Buffers, tf.TensorInfo>>,
  count: number,
): void {
  const { name, channels, row, taps, silu, reach, height, width } = convolution;
  dispatchEach(
    gpu,
    {
      name: `${name}.${step.name}`,
      buffers: step.buffers,
      uniforms: UNIFORMS,
      constants: { K: taps, RUN, ACTIVE: Number(silu) },
      body: `${SILU}${reach.neighbour}${step.body}`,
    },
    {
      buffers: arrays,
      uniforms: { places: placesOf(convolution), channels, row, height, width },
      count,
    },
  );
}

export const placesOf = ({ x, row }: ChannelConvolution): number => sizeOf(x) / row;

/** y, [places, D]. */
export function convolveWhole(gpu: WebgpuBackend, convolution: ChannelConvolution): tf.TensorInfo {
  const { x, weight, bias, channels } = convolution;
  const y = newArray(gpu, [placesOf(convolution), channels]);
  const step = {
    name: 'forward',
    buffers: { x: 'read', weight: 'read', bias: 'read', y: 'read_write' } as const,
    body: `${CONVOLVED}${EACH}
  let v = convolved(place, d);
  if (ACTIVE == 1u) { y[i] = silu(v); } else { y[i] = v; }
}`,
  };
  run(gpu, convolution, step, { x, weight, bias, y }, sizeOf(y));
  return y;
}

export type ConvolutionGradients = Readonly<Record<'x' | 'weight' | 'bias', tf.TensorInfo>>;

/** Gradients of x [places, row] (zeros beyond its first `channels`), of the weight and the bias [D], given that of y [places, D]. */
export function convolveBackWhole(
  gpu: WebgpuBackend,
  convolution: ChannelConvolution,
  dy: tf.TensorInfo,
): ConvolutionGradients {
  const { x, weight, bias, channels, taps, silu } = convolution;
  const dv = silu ? newArray(gpu, dy.shape) : dy;
  if (silu) {
    const slopes = {
      name: 'slopes',
      buffers: { x: 'read', weight: 'read', bias: 'read', dy: 'read', dv: 'read_write' } as const,
      body: `${CONVOLVED}${EACH}
  dv[i] = dy[i] * siluSlope(convolved(place, d));
}`,
    };
    run(gpu, convolution, slopes, { x, weight, bias, dy, dv }, sizeOf(dy));
  }
  const dx = newArray(gpu, x.shape);
  const gather = {
    name: 'gather',
    buffers: { weight: 'read', dv: 'read', dx: 'read_write' } as const,
    body: `
fn each(i: u32) {
  let place = i / uniforms.row;
  let d = i % uniforms.row;
  var sum = 0.0;
  if (d < uniforms.channels) {
    for (var j = 0u; j < K; j++) {
      let at = neighbour(place, j, -1);
      if (at >= 0) { sum += weight[d * K + j] * dv[u32(at) * uniforms.channels + d]; }
    }
  }
  dx[i] = sum;
}`,
  };
  run(gpu, convolution, gather, { weight, dv, dx }, sizeOf(dx));
  const runs = Math.ceil(placesOf(convolution) / RUN);
  const columns = channels * (taps + 1);
  const sums = newArray(gpu, [runs * columns]);
  const add = {
    name: 'weights',
    buffers: { x: 'read', dv: 'read', sums: 'read_write' } as const,
    body: `
fn each(i: u32) {
  let d = i % uniforms.channels;
  let first = i / uniforms.channels * RUN;
  let row = i / uniforms.channels * uniforms.channels * (K + 1u);
  var taps: array<f32, K>;
  var total = 0.0;
  for (var place = first; place < min(first + RUN, uniforms.places); place++) {
    let slope = dv[place * uniforms.channels + d];
    total += slope;
    for (var j = 0u; j < K; j++) {
      let at = neighbour(place, j, 1);
      if (at >= 0) { taps[j] += slope * x[u32(at) * uniforms.row + d]; }
    }
  }
  for (var j = 0u; j < K; j++) { sums[row + d * K + j] = taps[j]; }
  sums[row + uniforms.channels * K + d] = total;
}`,
  };
  run(gpu, convolution, add, { x, dv, sums }, runs * channels);
  if (silu) release(gpu, [dv]);
  const all = sumRows(gpu, sums, runs, columns);
  const gradients = {
    x: dx,
    weight: part(gpu, all, 0, weight.shape),
    bias: part(gpu, all, channels * taps, [channels]),
  };
  release(gpu, [all]);
  return gradients;
}
