import {
  copyRows,
  gpuLimits,
  joined,
  newArray,
  part as partOf,
  release,
  sizeOf,
  sumRows,
  type GpuLimits,
  type RowsIn,
  type WebgpuBackend,
} from '@prismamba/backend/internal';
import type { Infos } from '@prismamba/core/operator';
import type * as tf from '@tensorflow/tfjs-core';
import { addArrays } from '../webgpu/in-pieces.webgpu.js';
import {
  arrivingGradients,
  enteringStates,
  scanGradients,
  scanOutputs,
  sumRowsOf,
  zeros,
  type ScanPart,
} from '../webgpu/scan-call.webgpu.js';
import type { Ss2dScanArgs } from './ss2d-scan.operator.js';
import { weightGradients, type ss2dProblem } from './ss2d-shaders.webgpu.js';

/**
 * One sample whose map, or the states of a pair of directions, no binding holds: the directions along rows in bands of rows, those along
 * columns in bands of columns, each band a map of its own for the shaders. A first walk over the bands, once from either end, finds
 * the states that enter each; the second computes it. Memory beside inputs and outputs: a band's maps and states.
 */
interface Band {
  readonly part: ScanPart;
  /** Its numbers in a map of the sample: `rows` runs of `length`. */
  readonly place: Pick<RowsIn, 'offset' | 'stride'>;
  readonly rows: number;
  readonly length: number;
}

type Problem = ReturnType<typeof ss2dProblem>;

/** Tokens of a band: its map and the states of a pair of directions fit. */
function tokensOf({ maxStorageBufferBindingSize: bytes }: GpuLimits, { D, N, T }: Problem['constants']) {
  const chunks = Math.floor(bytes / (8 * D * N));
  return Math.min(Math.floor(bytes / (4 * D)), chunks * T);
}

function cutOut(gpu: WebgpuBackend, map: tf.TensorInfo, { place, rows, length }: Band): tf.TensorInfo {
  const array = newArray(gpu, [rows * length]);
  copyRows(gpu, { array: map, ...place }, { array, offset: 0, stride: length }, rows, length);
  return array;
}

/** A band over its place in the map. Gives it back. */
function putBack(gpu: WebgpuBackend, array: tf.TensorInfo, map: tf.TensorInfo, band: Band): void {
  const { place, rows, length } = band;
  copyRows(gpu, { array, offset: 0, stride: length }, { array: map, ...place }, rows, length);
  release(gpu, [array]);
}

/** The bands of both pairs of directions, rows before columns, which add to what the rows have left. */
function bandsOf(
  gpu: WebgpuBackend,
  { scan, decay, params, constants }: Problem,
  x: tf.TensorInfo,
): Band[][] {
  const [, H, W, D] = x.shape as [number, number, number, number];
  const tokens = tokensOf(gpuLimits(gpu), constants);
  return ([false, true] as const).map((columns) => {
    const [lines, across] = columns ? [W, H] : [H, W];
    const most = Math.max(1, Math.floor(tokens / across));
    return Array.from({ length: Math.ceil(lines / most) }, (_, i): Band => {
      const first = i * most;
      const count = Math.min(most, lines - first);
      const [height, width] = columns ? [H, count] : [count, W];
      return {
        part: {
          scan,
          decay,
          inputs: { x, params },
          first: columns ? 2 : 0,
          outers: 2,
          length: height * width,
          height,
          width,
        },
        place: { offset: (columns ? first : first * W) * D, stride: W * D },
        rows: height,
        length: width * D,
      };
    });
  });
}

type Arrays = Readonly<Record<string, tf.TensorInfo>>;

/** `body` with the parts of a band of x and of other maps, which are freed. */
function withBand<T>(
  gpu: WebgpuBackend,
  band: Band,
  maps: { readonly x: tf.TensorInfo } & Arrays,
  body: (part: ScanPart, own: Arrays) => T,
): T {
  const own = Object.fromEntries(Object.entries(maps).map(([name, map]) => [name, cutOut(gpu, map, band)]));
  const result = body({ ...band.part, inputs: { ...band.part.inputs, x: own['x']! } }, own);
  release(gpu, Object.values(own));
  return result;
}

/**
 * What enters each band: of its first direction from the band before it, of the second, which is read from the end, from the one
 * behind; or the other way round, `backward`. `walk` takes a band and moves an edge over it.
 */
function edgesOf(
  gpu: WebgpuBackend,
  bands: readonly Band[],
  maps: Parameters<typeof withBand>[2],
  backward: boolean,
  walk: (part: ScanPart, own: Arrays, edge: tf.TensorInfo) => tf.TensorInfo,
): tf.TensorInfo[] {
  const { D, N } = bands[0]!.part.scan.constants;
  const half = D * N;
  const halves = ([0, 1] as const).map((outer) => {
    const found: tf.TensorInfo[] = [];
    const fromEnd = (outer === 1) !== backward;
    const edge = zeros(gpu, 2 * half);
    for (let i = 0; i < bands.length; i++) {
      const at = fromEnd ? bands.length - 1 - i : i;
      found[at] = partOf(gpu, edge, outer * half, [half]);
      if (i + 1 < bands.length) {
        withBand(gpu, bands[at]!, maps, (part, own) => release(gpu, [walk(part, own, edge)]));
      }
    }
    release(gpu, [edge]);
    return found;
  });
  return bands.map((_, i) => {
    const pair = [halves[0]![i]!, halves[1]![i]!];
    const edge = joined(gpu, pair);
    release(gpu, pair);
    return edge;
  });
}

const statesOf = (gpu: WebgpuBackend, bands: readonly Band[], x: tf.TensorInfo) =>
  edgesOf(gpu, bands, { x }, false, (part, _, edge) => enteringStates(gpu, part, edge));

/** Whether the shaders take a sample in one piece. */
export function sampleFits(
  limits: GpuLimits,
  { D, N, T }: Readonly<Record<'D' | 'N' | 'T', number>>,
  pixels: number,
): boolean {
  const numbers = Math.max(pixels * D, 2 * Math.ceil(pixels / T) * D * N);
  return 4 * numbers <= limits.maxStorageBufferBindingSize;
}

/** y of one sample. */
export function forwardInBands(gpu: WebgpuBackend, problem: Problem, x: tf.TensorInfo): tf.TensorInfo {
  const y = joined(gpu, [sizeOf(x)], x.shape); // zeros
  for (const bands of bandsOf(gpu, problem, x)) {
    const edges = statesOf(gpu, bands, x);
    for (const [i, band] of bands.entries()) {
      const ofBand = cutOut(gpu, y, band);
      withBand(gpu, band, { x }, (part) => {
        const states = enteringStates(gpu, part, edges[i]!);
        scanOutputs(gpu, part, { begin: 0, stride: 1 }, states, { y: ofBand });
        release(gpu, [states]);
      });
      putBack(gpu, ofBand, y, band);
    }
    release(gpu, edges);
  }
  return y;
}

/** All gradients of one sample. */
export function backwardInBands(
  gpu: WebgpuBackend,
  problem: Problem,
  { x }: Infos<Ss2dScanArgs>,
  dy: tf.TensorInfo,
) {
  const { COLUMNS } = problem.constants;
  const dx = joined(gpu, [sizeOf(x)], x.shape); // zeros
  let total: tf.TensorInfo | undefined;
  for (const bands of bandsOf(gpu, problem, x)) {
    const edges = statesOf(gpu, bands, x);
    const arrivals = edgesOf(gpu, bands, { x, dy }, true, (part, own, edge) =>
      arrivingGradients(gpu, part, { dy: own['dy']! }, edge),
    );
    for (const [i, band] of bands.entries()) {
      const ofBand = cutOut(gpu, dx, band);
      const sums = withBand(gpu, band, { x, dy }, (part, own) => {
        const rows = sumRowsOf(gpu, part, 1, COLUMNS);
        const found = zeros(gpu, rows.spans * COLUMNS);
        const states = enteringStates(gpu, part, edges[i]!);
        const arriving = arrivingGradients(gpu, part, { dy: own['dy']! }, arrivals[i]!);
        const arrays = { dy: own['dy']!, states, arriving, dx: ofBand, sums: found };
        scanGradients(gpu, part, { begin: 0, stride: 1, ...rows }, arrays);
        release(gpu, [states, arriving]);
        return sumRows(gpu, found, rows.spans, COLUMNS);
      });
      putBack(gpu, ofBand, dx, band);
      if (total === undefined) total = sums;
      else {
        const next = addArrays(gpu, total, sums);
        release(gpu, [total, sums]);
        total = next;
      }
    }
    release(gpu, [...edges, ...arrivals]);
  }
  return { x: dx, ...weightGradients(gpu, problem.constants, total!) };
}
