import {
  dispatch,
  gpuLimits,
  joined,
  newArray,
  part,
  registerWebgpu,
  release,
  sumRows,
  type WebgpuBackend,
} from '@prismamba/backend/internal';
import type { TensorInfo } from '@tensorflow/tfjs-core';
import {
  bandGradientsPass,
  firstsPass,
  gatherPass,
  sharesPass,
  totalsPass,
} from './gradient-statistics-gradient-shaders.webgpu.js';
import {
  bandsPass,
  extremesPass,
  joinPass,
  mapsPass,
  poolPass,
  RUN,
  type StatisticsShader,
} from './gradient-statistics-shaders.webgpu.js';
import { gradientStatisticsOperator } from './gradient-statistics.operator.js';

/** Workgroups that share the pixels of a pass over all of them. */
const MOST_GROUPS = 256;
/** Pixels of a sample are counted in float32. */
const MOST_PIXELS = 2 ** 24;

/**
 * Forward: the extremes over all pixels, then maps and bands with them, so that what is summed is g - low (where all of it is the
 * same, exactly 0). Gradient: who has a maximum or an extreme is found anew, dx gathered. x and dx [B, H, W, C], maps [B, H, W, 2], pooled
 * [B, 2, C], extremes [4]. Memory beside inputs and outputs: a number a pixel, and 2/64 of x.
 */
function passes(gpu: WebgpuBackend, x: TensorInfo) {
  const [batch, height, width, channels] = x.shape as [number, number, number, number];
  const most = gpuLimits(gpu).maxComputeInvocationsPerWorkgroup;
  const size = 2 ** Math.floor(Math.log2(Math.min(64, most)));
  const pixels = batch * height * width;
  const runs = Math.ceil((height * width) / RUN);
  const groups = Math.min(MOST_GROUPS, Math.ceil(pixels / size));
  const bands = batch * (channels - 1);
  const uniforms = { pixels, height, width, channels, runs };
  function run<Buffers extends string>(
    make: (size: number) => StatisticsShader<Buffers>,
    buffers: Readonly<Record<Buffers, TensorInfo>>,
    count: number,
    other: { readonly runs?: number } = {},
  ): void {
    dispatch(gpu, make(size), { buffers, uniforms: { ...uniforms, ...other }, groups: count });
  }
  /** Workgroups for one invocation each of `count`. */
  const each = (count: number) => Math.ceil(count / size);
  return { batch, channels, pixels, runs, groups, bands, run, each };
}

registerWebgpu(gradientStatisticsOperator, {
  supports: ({ x }) => x.shape[1]! * x.shape[2]! < MOST_PIXELS,

  forward(gpu, { inputs: { x }, recording }) {
    const { batch, channels, pixels, runs, groups, bands, run, each } = passes(gpu, x);
    const found = newArray(gpu, [groups * 4]);
    run(extremesPass, { x, parts: found }, groups);
    const extremes = newArray(gpu, [4]);
    run(joinPass, { found, parts: extremes }, 1, { runs: groups });
    const maps = newArray(gpu, [...x.shape.slice(0, 3), 2]);
    run(mapsPass, { x, extremes, maps }, each(pixels));
    const perRun = newArray(gpu, [2 * runs * bands]);
    run(bandsPass, { x, extremes, found: perRun }, each(runs * bands));
    const pooled = newArray(gpu, [batch, 2, channels]);
    const tops = newArray(gpu, [bands]);
    run(poolPass, { found: perRun, extremes, pooled, tops }, bands);
    const rows = recording ? joined(gpu, [extremes, tops]) : undefined;
    release(gpu, [found, extremes, perRun, tops]);
    return rows === undefined ? { maps, pooled } : { maps, pooled, rows };
  },

  backward(gpu, { inputs: { x }, outputs: { maps, pooled }, intermediates, upstream }) {
    const { pixels, runs, groups, bands, run, each, channels } = passes(gpu, x);
    const extremes = part(gpu, intermediates.rows, 0, [4]);
    const tops = part(gpu, intermediates.rows, 4, [bands]);
    const dmaps = upstream.maps;
    const dpooled = upstream.pooled;
    const index = newArray(gpu, [pixels]);
    const parts = newArray(gpu, [groups * 6]);
    run(totalsPass, { x, extremes, maps, dmaps, index, parts }, groups);
    const totals = sumRows(gpu, parts, groups, 6);
    const shares = newArray(gpu, [8]);
    run(sharesPass, { extremes, totals, pooled, dpooled, shares }, 1);
    const found = newArray(gpu, [runs * bands]);
    run(firstsPass, { x, tops, found }, each(runs * bands));
    const ofBands = newArray(gpu, [bands * 3]);
    run(bandGradientsPass, { found, extremes, dpooled, bands: ofBands }, bands);
    const dx = newArray(gpu, x.shape);
    run(gatherPass, { x, dmaps, index, bands: ofBands, extremes: shares, dx }, each(pixels * channels));
    release(gpu, [extremes, tops, index, totals, shares, found, ofBands]);
    return { x: dx };
  },
});
