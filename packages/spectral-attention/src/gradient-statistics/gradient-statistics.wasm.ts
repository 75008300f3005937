import {
  cutRanges,
  kernelLaunchers,
  registerWasm,
  runWork,
  TOKENS_PER_RANGE,
  withScratch,
  workThreads,
  type WasmArena,
} from '@prismamba/backend/internal';
import type { TensorInfo } from '@tensorflow/tfjs-core';
import { gradientStatisticsKernel as module } from '../generated/gradient-statistics.wasm.js';
import { gradientStatisticsOperator, SPECTRAL_GRADIENT_EPSILON } from './gradient-statistics.operator.js';

const EXTREMES = 4;

function prepare(arena: WasmArena, x: TensorInfo) {
  const run = kernelLaunchers(arena, module);
  const [B, H, W, C] = x.shape as [number, number, number, number];
  const ranges = cutRanges(B * H, Math.max(1, Math.ceil(TOKENS_PER_RANGE / W)));
  const threads = workThreads(arena, ranges.length);
  return { run, B, H, W, C, ranges, threads };
}

const view = (arena: WasmArena, info: TensorInfo): Float32Array =>
  new Float32Array(
    arena.memory.buffer,
    arena.pointer(info),
    info.shape.reduce((size, length) => size * length, 1),
  );

/**
 * What the normalisation v -> n = (v - low) / range passes on: dlow = sum dn (n - 1) / range, dhigh = -sum dn n / range.
 */
function extremeGradients(n: Float32Array, dn: Float32Array, range: number): [low: number, high: number] {
  let weighted = 0;
  let plain = 0;
  for (let i = 0; i < n.length; i++) {
    weighted += dn[i]! * n[i]!;
    plain += dn[i]!;
  }
  return [(weighted - plain) / range, -weighted / range];
}

/** Gradients of the pooled values before normalisation: of each band's mean and maximum, [B][C-1] each. */
function bandGradients(dpooled: Float32Array, B: number, C: number, range: number) {
  const of = (row: number) =>
    Float64Array.from({ length: B * (C - 1) }, (_, i) => {
      const [b, c] = [Math.floor(i / (C - 1)), i % (C - 1)];
      const at = (2 * b + row) * C + c;
      // the last channel is a copy of the one before it
      return (dpooled[at]! + (c === C - 2 ? dpooled[at + 1]! : 0)) / range;
    });
  return { mean: of(0), maximum: of(1) };
}

/** What each pixel of a sample gets from the means: x[c+1] - x[c] averaged over the pixels, [B][C]. */
function bandShares(mean: Float64Array, B: number, C: number, pixels: number): Float32Array {
  return Float32Array.from({ length: B * C }, (_, i) => {
    const [b, c] = [Math.floor(i / C), i % C];
    const below = c > 0 ? mean[b * (C - 1) + c - 1]! : 0;
    const own = c < C - 1 ? mean[b * (C - 1) + c]! : 0;
    return (below - own) / pixels;
  });
}

registerWasm(gradientStatisticsOperator, {
  forward(arena, { inputs: { x }, recording }) {
    const { run, B, H, W, C, ranges, threads } = prepare(arena, x);
    const maps = arena.makeOutput([B, H, W, 2], 'float32');
    const pooled = arena.makeOutput([B, 2, C], 'float32');
    const rowFloats = run.rowFloats({ C });
    const kept = recording ? arena.makeOutput([B, H, rowFloats], 'float32') : undefined;
    const sizes = [4 * EXTREMES, kept === undefined ? 4 * B * H * rowFloats : 0];
    withScratch(arena, sizes, (extremes, scratch) => {
      const rows = kept === undefined ? scratch : arena.pointer(kept);
      const mapsAt = arena.pointer(maps);
      runWork(arena, threads, {
        module,
        name: 'statistics',
        items: ranges,
        args: () => ({ x: arena.pointer(x), maps: mapsAt, rows, H, W, C }),
      });
      run.joinExtremes({ rows, count: B * H, C, extremes });
      const epsilon = SPECTRAL_GRADIENT_EPSILON;
      run.pool({ rows, B, H, W, C, epsilon, extremes, pooled: arena.pointer(pooled) });
      runWork(arena, threads, {
        module,
        name: 'normalise',
        items: ranges.map(({ first, end }) => ({ first: 2 * W * first, end: 2 * W * end })),
        args: () => ({ maps: mapsAt, extremes }),
      });
    });
    return kept === undefined ? { maps, pooled } : { maps, pooled, rows: kept };
  },

  backward(arena, { inputs: { x }, outputs, intermediates, upstream }) {
    const { run, B, H, W, C, ranges, threads } = prepare(arena, x);
    const dx = arena.makeOutput(x.shape, 'float32');
    const sizes = [4 * EXTREMES, 4 * EXTREMES, 4 * B * C, 4 * B * (C - 1), 4 * B * H * W];
    withScratch(arena, sizes, (extremes, gradients, band, maxima, index) => {
      const rows = arena.pointer(intermediates.rows);
      run.joinExtremes({ rows, count: B * H, C, extremes });
      const [low, high, lowG, highG] = new Float32Array(arena.memory.buffer, extremes, EXTREMES);
      const rangeG = Math.fround(Math.fround(highG! - lowG!) + SPECTRAL_GRADIENT_EPSILON);
      // as in the forward pass: constant differences have no gradient
      const rangeT = high === low ? Infinity : high! - low!;
      const ofT = extremeGradients(view(arena, outputs.maps), view(arena, upstream.maps), rangeT);
      const ofG = extremeGradients(view(arena, outputs.pooled), view(arena, upstream.pooled), rangeG);
      const bands = bandGradients(view(arena, upstream.pooled), B, C, rangeG);
      new Float32Array(arena.memory.buffer, gradients, EXTREMES).set([...ofT, ...ofG]);
      new Float32Array(arena.memory.buffer, band, B * C).set(bandShares(bands.mean, B, C, H * W));
      new Float32Array(arena.memory.buffer, maxima, B * (C - 1)).set(bands.maximum);
      const pointers = { x: arena.pointer(x), rows, dx: arena.pointer(dx) };
      runWork(arena, threads, {
        module,
        name: 'findMaxima',
        items: ranges,
        args: () => ({ x: pointers.x, index, H, W, C }),
      });
      runWork(arena, threads, {
        module,
        name: 'spread',
        items: ranges,
        args: () => ({
          dmaps: arena.pointer(upstream.maps),
          index,
          band,
          dx: pointers.dx,
          H,
          W,
          C,
          extremes,
        }),
      });
      run.spreadBandMaxima({ ...pointers, values: maxima, B, H, W, C });
      run.spreadExtremes({ ...pointers, extremes, gradients, B, H, W, C });
    });
    return { x: dx };
  },
});
