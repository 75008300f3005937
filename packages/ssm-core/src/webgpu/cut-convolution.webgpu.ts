import {
  copyInto,
  gpuLimits,
  joined,
  newArray,
  part,
  release,
  type WebgpuBackend,
} from '@prismamba/backend/internal';
import type * as tf from '@tensorflow/tfjs-core';
import {
  convolveBackWhole,
  convolveWhole,
  placesOf,
  type ChannelConvolution,
  type ConvolutionGradients,
} from './channel-convolution.webgpu.js';
import { addArrays } from './in-pieces.webgpu.js';

/**
 * A convolution of every channel where a binding of the device does not hold all places: whole maps at a time, else runs of a map's
 * lines (rows; of a sequence its places) with as many beside them as the taps reach. The gradient is linear in that of y: each piece
 * takes its own lines of it, zeros beside them, and what it gives beside its own lines is added to them.
 */
interface Lines {
  /** The first of the call's places that is read, and how many are. */
  readonly from: number;
  readonly count: number;
  /** Those of which y is wanted. */
  readonly first: number;
  readonly own: number;
  /** The sides of the map that is read. */
  readonly height: number;
  readonly width: number;
}

function piecesOf(gpu: WebgpuBackend, convolution: ChannelConvolution): Lines[] {
  const { reach, taps, row, channels, height, width } = convolution;
  const map = height * width;
  const maps = placesOf(convolution) / map;
  const numbers = Math.max(row, channels);
  const most = Math.floor(gpuLimits(gpu).maxStorageBufferBindingSize / (4 * numbers)); // places
  if (most >= map) {
    const each = Math.floor(most / map);
    return Array.from({ length: Math.ceil(maps / each) }, (_, i) => {
      const first = i * each * map;
      const own = Math.min(each, maps - i * each) * map;
      return { from: first, count: own, first, own, height, width };
    });
  }
  const line = reach.along === 'height' ? width : 1;
  const lines = map / line;
  const [before, after] = [reach.before(taps), reach.after(taps)];
  // One line at least; where even that does not fit, the shader says what the device takes.
  const each = Math.max(1, Math.floor(most / line) - before - after);
  const perMap = Math.ceil(lines / each);
  return Array.from({ length: maps * perMap }, (_, i) => {
    const start = Math.floor(i / perMap) * map;
    const a = (i % perMap) * each;
    const b = Math.min(a + each, lines);
    const [from, to] = [Math.max(0, a - before), Math.min(lines, b + after)];
    const sides = reach.along === 'height' ? { height: to - from, width } : { height, width: to - from };
    return {
      from: start + from * line,
      count: (to - from) * line,
      first: start + a * line,
      own: (b - a) * line,
      ...sides,
    };
  });
}

/** y of a given shape, [places, D]. */
export function convolve(
  gpu: WebgpuBackend,
  convolution: ChannelConvolution,
  shape: readonly number[],
): tf.TensorInfo {
  const pieces = piecesOf(gpu, convolution);
  if (pieces.length === 1) return { ...convolveWhole(gpu, convolution), shape: [...shape] };
  const { x, row, channels } = convolution;
  const y = newArray(gpu, shape);
  for (const { from, count, first, own, height, width } of pieces) {
    const read = part(gpu, x, from * row, [count, row]);
    const found = convolveWhole(gpu, { ...convolution, x: read, height, width });
    const wanted = part(gpu, found, (first - from) * channels, [own, channels]);
    copyInto(gpu, wanted, y, first * channels);
    release(gpu, [read, found, wanted]);
  }
  return y;
}

/** Gradients of x [places, row] (zeros beyond its first `channels`), of the weight and the bias [D], given that of y [places, D]. */
export function convolveBack(
  gpu: WebgpuBackend,
  convolution: ChannelConvolution,
  dy: tf.TensorInfo,
): ConvolutionGradients {
  const pieces = piecesOf(gpu, convolution);
  if (pieces.length === 1) return convolveBackWhole(gpu, convolution, dy);
  const { x, row, channels } = convolution;
  const dx = joined(gpu, [x.shape.reduce((a, b) => a * b, 1)], x.shape); // zeros
  let sums: { weight: tf.TensorInfo; bias: tf.TensorInfo } | undefined;
  for (const { from, count, first, own, height, width } of pieces) {
    const read = part(gpu, x, from * row, [count, row]);
    const ownSlopes = part(gpu, dy, first * channels, [own, channels]);
    const beside = [(first - from) * channels, (from + count - first - own) * channels] as const;
    const slopes = joined(gpu, [beside[0], ownSlopes, beside[1]], [count, channels]);
    const found = convolveBackWhole(gpu, { ...convolution, x: read, height, width }, slopes);
    const there = part(gpu, dx, from * row, [count, row]);
    const sum = addArrays(gpu, there, found.x);
    copyInto(gpu, sum, dx, from * row);
    release(gpu, [read, ownSlopes, slopes, there, sum, found.x]);
    if (sums === undefined) sums = found;
    else {
      const next = {
        weight: addArrays(gpu, sums.weight, found.weight),
        bias: addArrays(gpu, sums.bias, found.bias),
      };
      release(gpu, [sums.weight, sums.bias, found.weight, found.bias]);
      sums = next;
    }
  }
  return { x: dx, weight: sums!.weight, bias: sums!.bias };
}
