import type { TensorInfo } from '@tensorflow/tfjs-core';
import { convGeometry, type ConvAttributes, type ConvGeometry } from './conv-geometry.js';
import { conv2dBackpropInputReference } from './conv-gradients.reference.js';
import { simdKernels, type SimdKernels } from './simd-kernels.js';
import { readFloats, runWasmKernel, writeFloats, type WasmBackend, type WasmKernel } from './wasm-kernel.js';

interface Attributes extends ConvAttributes {
  readonly inputShape: [number, number, number, number];
}

/** One axis of the sub-pixel form: see {@link conv2dBackpropInput}. */
interface PhaseAxis {
  /** Length of the phase filter. */
  readonly taps: number;
  /** Zero padding before and after dy; `before` is tMax. */
  readonly before: number;
  readonly after: number;
  /** Output positions of each phase, ceil(in / stride). */
  readonly count: number;
}

/**
 * in = s*q + i meets out through filter index k = s*(q - out) + i + pad =: s*t + i + pad, so that
 * dx[s*q + i] = sum_t dy[q - t] w[s*t + i + pad], with t from tMin to tMax over all phases i = 0..s-1.
 */
function phaseAxis(inSize: number, outSize: number, filter: number, stride: number, pad: number): PhaseAxis {
  const tMin = Math.ceil(-(stride - 1 + pad) / stride);
  const tMax = Math.floor((filter - 1 - pad) / stride);
  const taps = tMax - tMin + 1;
  const count = Math.ceil(inSize / stride);
  return {
    taps,
    before: tMax,
    after: count - outSize + taps - 1 - tMax,
    count,
  };
}

/** The filter [kh,kw,ci,co] as [taps,taps,co,s*s*ci]: phase-major output channels, zeros where a phase ends. */
function phaseFilter(
  { arena, run }: SimdKernels,
  filter: TensorInfo,
  g: ConvGeometry,
  rows: PhaseAxis,
  columns: PhaseAxis,
): TensorInfo {
  const s = g.strideHeight;
  const out = arena.makeOutput([rows.taps, columns.taps, g.outChannels, s * s * g.inChannels], 'float32');
  run.phaseFilter({
    w: arena.pointer(filter),
    out: arena.pointer(out),
    filterHeight: g.filterHeight,
    filterWidth: g.filterWidth,
    ci: g.inChannels,
    co: g.outChannels,
    s,
    tapsH: rows.taps,
    tapsW: columns.taps,
    tMaxH: rows.before,
    tMaxW: columns.before,
    padTop: g.padTop,
    padLeft: g.padLeft,
  });
  return out;
}

function subPixelConvolution(
  backend: WasmBackend,
  dy: TensorInfo,
  filter: TensorInfo,
  g: ConvGeometry,
): TensorInfo | undefined {
  const simd = simdKernels(backend);
  const rows = phaseAxis(g.inHeight, g.outHeight, g.filterHeight, g.strideHeight, g.padTop);
  const columns = phaseAxis(g.inWidth, g.outWidth, g.filterWidth, g.strideWidth, g.padLeft);
  const s = g.strideHeight;
  const possible =
    simd !== undefined &&
    g.strideWidth === s &&
    g.dilationHeight === 1 &&
    g.dilationWidth === 1 &&
    Math.min(rows.taps, columns.taps) > 0 &&
    Math.min(rows.before, rows.after, columns.before, columns.after) >= 0;
  if (!possible) return undefined;
  const { arena, run } = simd;
  const phases = phaseFilter(simd, filter, g, rows, columns);
  const convolved = runWasmKernel(
    'Conv2D',
    backend,
    { x: dy, filter: phases },
    {
      strides: [1, 1],
      pad: [
        [0, 0],
        [rows.before, rows.after],
        [columns.before, columns.after],
        [0, 0],
      ],
      dataFormat: 'NHWC',
      dilations: [1, 1],
      dimRoundingMode: undefined,
    },
  );
  backend.disposeData(phases.dataId);
  if (s === 1) return convolved;
  const dx = arena.makeOutput([g.batch, g.inHeight, g.inWidth, g.inChannels], 'float32');
  run.interleavePhases({
    from: arena.pointer(convolved),
    to: arena.pointer(dx),
    batch: g.batch,
    rows: rows.count,
    columns: columns.count,
    s,
    channels: g.inChannels,
    height: g.inHeight,
    width: g.inWidth,
  });
  backend.disposeData(convolved.dataId);
  return dx;
}

/**
 * dx = the transposed convolution of dy; replaces the WASM backend's own kernel, a scalar loop that is some ten
 * times slower than its forward convolution. Also what `tf.conv2dTranspose` runs.
 *
 * Method: a sub-pixel convolution. Every phase (ih mod s, iw mod s) of dx is a stride-1 convolution of dy with
 * every s-th filter tap; all phases are one call of the backend's forward kernel with s*s*ci output channels,
 * followed by an interleave. Memory: the phases once more (the size of dx, rounded up to the stride).
 */
export const conv2dBackpropInput: WasmKernel<'dy' | 'filter', Attributes> = {
  name: 'Conv2DBackpropInput',
  run(backend, { dy, filter }, attributes) {
    const { inputShape } = attributes;
    const g = convGeometry('Conv2DBackpropInput', inputShape, filter.shape, attributes, false);
    const fast = subPixelConvolution(backend, dy, filter, g);
    if (fast !== undefined) return fast;
    const dx = conv2dBackpropInputReference(readFloats(backend, dy), readFloats(backend, filter), g);
    return writeFloats(backend, dx, inputShape);
  },
};
