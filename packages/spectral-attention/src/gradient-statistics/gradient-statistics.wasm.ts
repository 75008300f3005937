import {
  arenaOf,
  cutRanges,
  kernelLaunchers,
  runWork,
  TOKENS_PER_RANGE,
  withScratch,
  workThreads,
  type WasmArena,
} from '@prismamba/backend';
import * as tf from '@tensorflow/tfjs-core';
import { gradientStatisticsKernel as module } from '../generated/gradient-statistics.wasm.js';
import {
  GRADIENT_STATISTICS,
  GRADIENT_STATISTICS_GRADIENT,
  SPECTRAL_GRADIENT_EPSILON,
} from './gradient-statistics.names.js';

type Inputs = Readonly<Record<'x', tf.TensorInfo>>;
type GradientInputs = Readonly<Record<'x' | 'maps' | 'pooled' | 'rows' | 'dmaps' | 'dpooled', tf.TensorInfo>>;
const EXTREMES = 4;

function prepare(kernel: string, backend: unknown, x: tf.TensorInfo) {
  const arena = arenaOf(kernel, backend);
  const run = kernelLaunchers(arena, module);
  const [B, H, W, C] = x.shape as [number, number, number, number];
  const ranges = cutRanges(B * H, Math.max(1, Math.ceil(TOKENS_PER_RANGE / W)));
  const threads = workThreads(arena, ranges.length);
  return { arena, run, B, H, W, C, ranges, threads };
}

/** maps [B, H, W, 2], pooled [B, 2, C], and the statistics of each row, which the gradient needs. */
function forward(backend: unknown, { x }: Inputs): tf.TensorInfo[] {
  const { arena, run, B, H, W, C, ranges, threads } = prepare(GRADIENT_STATISTICS, backend, x);
  const outputs = [
    [B, H, W, 2],
    [B, 2, C],
    [B, H, run.rowFloats({ C })],
  ].map((shape) => arena.makeOutput(shape, 'float32'));
  withScratch(arena, [4 * EXTREMES], (extremes) => {
    const [maps, pooled, rows] = outputs.map((info) => arena.pointer(info)) as [number, number, number];
    runWork(arena, threads, {
      module,
      name: 'statistics',
      items: ranges,
      args: () => ({ x: arena.pointer(x), maps, rows, H, W, C }),
    });
    run.joinExtremes({ rows, count: B * H, C, extremes });
    run.pool({ rows, B, H, W, C, epsilon: SPECTRAL_GRADIENT_EPSILON, extremes, pooled });
    runWork(arena, threads, {
      module,
      name: 'normalise',
      items: ranges.map(({ first, end }) => ({ first: 2 * W * first, end: 2 * W * end })),
      args: () => ({ maps, extremes }),
    });
  });
  return outputs;
}

const view = (arena: WasmArena, info: tf.TensorInfo): Float32Array =>
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

function backward(backend: unknown, inputs: GradientInputs): tf.TensorInfo {
  const { x } = inputs;
  const { arena, run, B, H, W, C, ranges, threads } = prepare(GRADIENT_STATISTICS_GRADIENT, backend, x);
  const dx = arena.makeOutput(x.shape, 'float32');
  const sizes = [4 * EXTREMES, 4 * EXTREMES, 4 * B * C, 4 * B * (C - 1), 4 * B * H * W];
  withScratch(arena, sizes, (extremes, gradients, band, maxima, index) => {
    const at = (name: keyof GradientInputs) => arena.pointer(inputs[name]);
    const rows = at('rows');
    run.joinExtremes({ rows, count: B * H, C, extremes });
    const [low, high, lowG, highG] = new Float32Array(arena.memory.buffer, extremes, EXTREMES);
    const rangeG = Math.fround(Math.fround(highG! - lowG!) + SPECTRAL_GRADIENT_EPSILON);
    const ofT = extremeGradients(view(arena, inputs.maps), view(arena, inputs.dmaps), high! - low!);
    const ofG = extremeGradients(view(arena, inputs.pooled), view(arena, inputs.dpooled), rangeG);
    const bands = bandGradients(view(arena, inputs.dpooled), B, C, rangeG);
    new Float32Array(arena.memory.buffer, gradients, EXTREMES).set([...ofT, ...ofG]);
    new Float32Array(arena.memory.buffer, band, B * C).set(bandShares(bands.mean, B, C, H * W));
    new Float32Array(arena.memory.buffer, maxima, B * (C - 1)).set(bands.maximum);
    const pointers = { x: at('x'), rows, dx: arena.pointer(dx) };
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
      args: () => ({ dmaps: at('dmaps'), index, band, dx: pointers.dx, H, W, C, extremes }),
    });
    run.spreadBandMaxima({ ...pointers, values: maxima, B, H, W, C });
    run.spreadExtremes({ ...pointers, extremes, gradients, B, H, W, C });
  });
  return dx;
}

tf.registerKernel({
  kernelName: GRADIENT_STATISTICS,
  backendName: 'wasm',
  kernelFunc: ({ backend, inputs }) => forward(backend, inputs as unknown as Inputs),
});
tf.registerKernel({
  kernelName: GRADIENT_STATISTICS_GRADIENT,
  backendName: 'wasm',
  kernelFunc: ({ backend, inputs }) => backward(backend, inputs as unknown as GradientInputs),
});
