import {
  dispatchEach,
  joined,
  newArray,
  release,
  sizeOf,
  type EachShader,
  type GpuLimits,
  type WebgpuBackend,
} from '@prismamba/backend/internal';
import type { Infos } from '@prismamba/core/operator';
import type * as tf from '@tensorflow/tfjs-core';
import {
  mergeDirections,
  placeDirections,
  readDirections,
  type Columns,
  type Directions,
} from '../cross-scan/directions.webgpu.js';
import { ssdBackward, ssdFits, ssdForward, ssdNumbers } from '../ssd-scan/ssd-scan.webgpu.js';
import { addArrays, registerInPieces } from '../webgpu/in-pieces.webgpu.js';
import { matrix, matrixProduct } from '../webgpu/matrix-product.webgpu.js';
import { EXP } from '../webgpu/nan.webgpu.js';
import { ss2dSsdScanOperator, type Ss2dSsdScanArgs } from './ss2d-ssd-scan.operator.js';

/**
 * SS2D with the recurrence of Mamba-2 in WGSL, as one `ssdScan`: the four directions are groups of R heads each, whose tokens come in
 * their own order. One matrix product projects all pixels for all directions, [B L, 4 (R + 2N)]; shaders read its parts and x in
 * the four orders, [B, L, 4, C], and put back what the scan gives. Memory beside inputs and outputs: that projection, two maps of 4D
 * channels (the gradient: four), and what `ssdScan` takes for 4R heads.
 */
type Inputs = Infos<Ss2dSsdScanArgs>;

const DIRECTIONS = [0, 1, 2, 3] as const;
const SCAN = { dtSoftplus: true };

/** A = -exp(logs); its gradient, times A, is that of the logs. */
const rates = {
  name: 'ss2dSsdScan.rates',
  buffers: { logs: 'read', A: 'read_write' },
  uniforms: [],
  constants: {},
  body: `${EXP}fn each(i: u32) { A[i] = -expOf(logs[i]); }`,
} satisfies EachShader;

const rateGradients = {
  name: 'ss2dSsdScan.rateGradients',
  buffers: { A: 'read', dA: 'read', dlogs: 'read_write' },
  uniforms: [],
  constants: {},
  body: 'fn each(i: u32) { dlogs[i] = A[i] * dA[i]; }',
} satisfies EachShader;

function sizesOf({ x, xProjWeight, Ds }: Inputs) {
  const [batch, height, width, inner] = x.shape as [number, number, number, number];
  const [, R, P] = Ds.shape as [number, number, number];
  const projected = xProjWeight.shape[1]!;
  const N = (projected - R) / 2;
  const length = height * width;
  const directions: Directions = { directions: DIRECTIONS, height, width, tokensFirst: true };
  const row = 4 * projected;
  /** Where the projection of a pixel has the steps, B and C of the directions, and how many of each. */
  const part = (first: number): Columns => ({ row, first, apart: projected });
  const parts = { dt: [part(0), R], B: [part(R), N], C: [part(R + N), N] } as const;
  return { batch, length, inner, R, P, N, row, directions, parts };
}

/** Numbers of a sample in the largest array that a shader binds. */
function numbersOf(limits: GpuLimits, inputs: Inputs): number {
  const { length, inner, R, P, N, row } = sizesOf(inputs);
  return Math.max(4 * length * inner, length * row, ssdNumbers(limits, { length, H: 4 * R, P, G: 4, N }));
}

/** The inputs of the scan, [B, L, 4 R, P] and so on. `release` what `made` holds. */
function scanInputs(gpu: WebgpuBackend, inputs: Inputs) {
  const { batch, length, inner, R, P, N, row, directions, parts } = sizesOf(inputs);
  const { x, xProjWeight, dtProjsBias, ALogs, Ds } = inputs;
  const pixels = { array: x, rows: batch * length, columns: inner };
  const weights = { array: xProjWeight, rows: row, columns: inner };
  const projection = matrixProduct(gpu, pixels, weights, { transposeB: true });
  const read = (map: tf.TensorInfo, channels: number, columns?: Columns) =>
    readDirections(gpu, map, directions, [batch, length, 4, channels], columns);
  const A = newArray(gpu, [4 * R]);
  dispatchEach(gpu, rates, { buffers: { logs: ALogs, A }, uniforms: {}, count: 4 * R });
  const made = {
    x: read(x, inner),
    dt: read(projection, R, parts.dt[0]),
    B: read(projection, N, parts.B[0]),
    C: read(projection, N, parts.C[0]),
    A,
  };
  release(gpu, [projection]);
  const scan = {
    ...made,
    x: { ...made.x, shape: [batch, length, 4 * R, P] },
    dt: { ...made.dt, shape: [batch, length, 4 * R] },
    D: { ...Ds, shape: [4 * R, P] },
    dtBias: { ...dtProjsBias, shape: [4 * R] },
    initialStates: undefined,
  };
  return { scan, made: Object.values(made), pixels, weights };
}

registerInPieces(ss2dSsdScanOperator, {
  // A sample that does not fit four times runs composed, a direction at a time.
  supports: (inputs, limits) =>
    ssdFits(limits) && 4 * numbersOf(limits, inputs) <= limits.maxStorageBufferBindingSize,
  outputRows: 'x',
  cut: (inputs, _, limits) => ({
    rows: inputs.x.shape[0]!,
    width: numbersOf(limits, inputs),
    kinds: { x: 'rows' },
  }),

  forward(gpu, { inputs, recording }) {
    const { directions } = sizesOf(inputs);
    const { scan, made } = scanInputs(gpu, inputs);
    const { y: ys, finalStates, states } = ssdForward(gpu, { inputs: scan, attributes: SCAN, recording });
    const y = mergeDirections(gpu, ys, directions, inputs.x.shape);
    release(gpu, [...made, ys, finalStates]);
    return { y, states };
  },

  backward(gpu, { inputs, intermediates, upstream }) {
    const { batch, length, inner, R, P, N, row, directions, parts } = sizesOf(inputs);
    const { scan, made, pixels, weights } = scanInputs(gpu, inputs);
    const dys = readDirections(gpu, upstream.y, directions, [batch, length, 4, inner]);
    const finalStates = joined(gpu, [batch * 4 * R * P * N]); // zeros: nobody sees them
    const g = ssdBackward(gpu, {
      inputs: scan,
      attributes: SCAN,
      given: (name) => name !== 'initialStates',
      intermediates,
      upstream: { y: { ...dys, shape: scan.x.shape }, finalStates },
    });
    const dProjection = newArray(gpu, [batch * length, row]);
    for (const [name, [columns, channels]] of Object.entries(parts))
      placeDirections(gpu, g[name as keyof typeof parts], directions, channels, dProjection, columns);
    const slopes = matrix(dProjection, row);
    // dW = dproj^T x;  dx = the scan's + dproj W
    const dWeight = matrixProduct(gpu, slopes, pixels, { transposeA: true });
    const throughWeight = matrixProduct(gpu, slopes, weights);
    const throughScan = mergeDirections(gpu, g.x, directions, inputs.x.shape);
    const dx = addArrays(gpu, throughScan, { ...throughWeight, shape: [...inputs.x.shape] });
    const dLogs = newArray(gpu, inputs.ALogs.shape);
    dispatchEach(gpu, rateGradients, {
      buffers: { A: scan.A, dA: g.A, dlogs: dLogs },
      uniforms: {},
      count: sizeOf(dLogs),
    });
    release(gpu, [...made, dys, finalStates, g.x, g.dt, g.A, g.B, g.C]);
    release(gpu, [dProjection, throughWeight, throughScan]);
    return {
      x: dx,
      xProjWeight: { ...dWeight, shape: [...inputs.xProjWeight.shape] },
      dtProjsBias: { ...g.dtBias!, shape: [...inputs.dtProjsBias.shape] },
      ALogs: dLogs,
      Ds: { ...g.D!, shape: [...inputs.Ds.shape] },
    };
  },
});
