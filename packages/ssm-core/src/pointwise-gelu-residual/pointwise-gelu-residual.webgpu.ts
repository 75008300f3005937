import {
  dispatchEach,
  joined as joinedArrays,
  newArray,
  release,
  sumRows,
  type EachShader,
  type WebgpuBackend,
} from '@prismamba/backend/internal';
import type { Infos } from '@prismamba/core/operator';
import type { TensorInfo } from '@tensorflow/tfjs-core';
import { registerInPieces } from '../webgpu/in-pieces.webgpu.js';
import { matrix, matrixProduct } from '../webgpu/matrix-product.webgpu.js';
import { GELU } from '../webgpu/gelu.js';
import {
  pointwiseGeluResidualOperator,
  type BranchKind,
  type PointwiseGeluResidualInputs,
} from './pointwise-gelu-residual.operator.js';

/** Pixels of a sample over which one invocation adds up its channel. */
const RUN = 64;

const UNIFORMS = ['tokens', 'pixels', 'channels', 'columns', 'first', 'width', 'runs'] as const;
type Uniforms = Readonly<Record<(typeof UNIFORMS)[number], number>>;

interface Branch {
  readonly kind: BranchKind;
  readonly array: TensorInfo;
  /** Its columns of the joined rows: the first, and how many. */
  readonly from: number;
  readonly width: number;
}

/** The branches' columns in the rows that the convolution multiplies, [BL, K]; a factor's are x times it. */
function prepare({ x, branches }: Infos<PointwiseGeluResidualInputs>, kinds: readonly BranchKind[]) {
  const [batch, height, width, channels] = x.shape as [number, number, number, number];
  const tokens = batch * height * width;
  let columns = 0;
  const all = branches.map((array, k): Branch => {
    const kind = kinds[k]!;
    const own = kind === 'map' ? array.shape[3]! : channels;
    columns += own;
    return { kind, array, from: columns - own, width: own };
  });
  const runs = Math.ceil((height * width) / RUN);
  const uniforms = { tokens, pixels: height * width, channels, columns, first: 0, width: channels, runs };
  return { batch, tokens, channels, columns, runs, all, uniforms };
}

function run<Buffers extends string>(
  gpu: WebgpuBackend,
  step: Pick<EachShader<Buffers>, 'name' | 'buffers' | 'body'>,
  buffers: Readonly<Record<Buffers, TensorInfo>>,
  uniforms: Uniforms,
  count: number,
): void {
  const name = `pointwiseGeluResidual.${step.name}`;
  dispatchEach(gpu, { ...step, name, uniforms: UNIFORMS, constants: { RUN } }, { buffers, uniforms, count });
}

/** An invocation a number of a map of `width` channels. */
const EACH = `
fn each(i: u32) {
  let t = i / uniforms.width;
  let c = i % uniforms.width;`;

/** A factor of pixel t and channel c. */
const FACTOR = { perPixel: 'branch[t]', perSample: 'branch[t / uniforms.pixels * uniforms.channels + c]' };

type Prepared = ReturnType<typeof prepare>;

/** The rows [BL, K], a branch at a time. */
function joinRows(gpu: WebgpuBackend, x: TensorInfo, { tokens, columns, all, uniforms }: Prepared) {
  const rows = newArray(gpu, [tokens, columns]);
  for (const { kind, array: branch, from, width } of all) {
    const sizes = { ...uniforms, first: from, width };
    const body = (value: string) =>
      `${EACH}\n  rows[t * uniforms.columns + uniforms.first + c] = ${value};\n}`;
    if (kind === 'map') {
      const buffers = { branch: 'read', rows: 'read_write' } as const;
      run(gpu, { name: 'map', buffers, body: body('branch[i]') }, { branch, rows }, sizes, tokens * width);
    } else {
      const buffers = { x: 'read', branch: 'read', rows: 'read_write' } as const;
      const step = { name: kind, buffers, body: body(`x[i] * ${FACTOR[kind]}`) };
      run(gpu, step, { x, branch, rows }, sizes, tokens * width);
    }
  }
  return rows;
}

/** The gradient of a branch from that of its columns; what a factor adds to dx is added there. */
function branchBack(
  gpu: WebgpuBackend,
  { kind, array, from, width }: Branch,
  { x, drows, dx }: Readonly<Record<'x' | 'drows' | 'dx', TensorInfo>>,
  { batch, tokens, channels, runs, uniforms }: Prepared,
): TensorInfo {
  const sizes = { ...uniforms, first: from, width };
  const at = 'drows[t * uniforms.columns + uniforms.first + c]';
  if (kind === 'map') {
    const dbranch = newArray(gpu, array.shape);
    const buffers = { drows: 'read', dbranch: 'read_write' } as const;
    const step = { name: 'cut', buffers, body: `${EACH}\n  dbranch[i] = ${at};\n}` };
    run(gpu, step, { drows, dbranch }, sizes, tokens * width);
    return dbranch;
  }
  const through = {
    name: `${kind}.dx`,
    buffers: { drows: 'read', branch: 'read', dx: 'read_write' } as const,
    body: `${EACH}\n  dx[i] += ${at} * ${FACTOR[kind]};\n}`,
  };
  run(gpu, through, { drows, branch: array, dx }, sizes, tokens * width);
  const reads = { x: 'read', drows: 'read' } as const;
  if (kind === 'perPixel') {
    const dbranch = newArray(gpu, array.shape);
    const step = {
      name: 'perPixel.factor',
      buffers: { ...reads, dbranch: 'read_write' } as const,
      body: `
fn each(t: u32) {
  var sum = 0.0;
  for (var c = 0u; c < uniforms.channels; c++) { sum += ${at} * x[t * uniforms.channels + c]; }
  dbranch[t] = sum;
}`,
    };
    run(gpu, step, { x, drows, dbranch }, sizes, tokens);
    return dbranch;
  }
  const sums = newArray(gpu, [runs, batch * channels]);
  const step = {
    name: 'perSample.factor',
    buffers: { ...reads, sums: 'read_write' } as const,
    body: `
fn each(i: u32) {
  let all = uniforms.tokens / uniforms.pixels * uniforms.channels;
  let c = i % uniforms.channels;
  let sample = i % all / uniforms.channels * uniforms.pixels;
  let first = i / all * RUN;
  var sum = 0.0;
  for (var t = sample + first; t < sample + min(first + RUN, uniforms.pixels); t++) {
    sum += ${at} * x[t * uniforms.channels + c];
  }
  sums[i] = sum;
}`,
  };
  run(gpu, step, { x, drows, sums }, sizes, runs * batch * channels);
  return { ...sumRows(gpu, sums, runs, batch * channels), shape: array.shape };
}

/**
 * The convolution by TensorFlow.js's matrix product, the rest in WGSL; beside inputs and outputs the joined rows, [BL, K], and v [BL, C],
 * for the gradient dv [BL, C] and drows [BL, K] too. x, out and their gradients are [BL, C], a map [BL, C_k], factors [BL] and [B, C].
 */
registerInPieces(pointwiseGeluResidualOperator, {
  outputRows: 'x',
  cut(inputs, { kinds }) {
    const { batch, tokens, channels, columns } = prepare(inputs, kinds);
    const branches = kinds.map((kind) => (kind === 'perSample' ? 'groups' : 'rows'));
    return {
      rows: tokens,
      width: Math.max(columns, channels),
      groups: batch,
      kinds: { x: 'rows', branches },
    };
  },

  forward(gpu, { inputs, attributes: { kinds } }) {
    const { x, weight, bias } = inputs;
    const prepared = prepare(inputs, kinds);
    const { columns, tokens, channels, uniforms } = prepared;
    const rows = joinRows(gpu, x, prepared);
    const v = matrixProduct(gpu, matrix(rows, columns), matrix(weight, columns), { transposeB: true });
    release(gpu, [rows]);
    const out = newArray(gpu, x.shape);
    const step = {
      name: 'forward',
      buffers: { x: 'read', v: 'read', bias: 'read', out: 'read_write' } as const,
      body: `${GELU}${EACH}\n  out[i] = x[i] + gelu(v[i] + bias[c]);\n}`,
    };
    run(gpu, step, { x, v, bias, out }, uniforms, tokens * channels);
    release(gpu, [v]);
    return { out };
  },

  backward(gpu, { inputs, upstream: { out: dout }, attributes: { kinds } }) {
    const { x, weight, bias } = inputs;
    const prepared = prepare(inputs, kinds);
    const { columns, tokens, channels, uniforms, all } = prepared;
    const rows = joinRows(gpu, x, prepared);
    const v = matrixProduct(gpu, matrix(rows, columns), matrix(weight, columns), { transposeB: true });
    const dv = newArray(gpu, [tokens, channels]);
    const step = {
      name: 'slopes',
      buffers: { v: 'read', bias: 'read', dout: 'read', dv: 'read_write' } as const,
      body: `${GELU}${EACH}\n  dv[i] = dout[i] * geluSlope(v[i] + bias[c]);\n}`,
    };
    run(gpu, step, { v, bias, dout, dv }, uniforms, tokens * channels);
    // dweight = dv^T rows;  drows = dv weight
    const dWeight = matrixProduct(gpu, matrix(dv, channels), matrix(rows, columns), { transposeA: true });
    release(gpu, [v, rows]);
    const drows = matrixProduct(gpu, matrix(dv, channels), matrix(weight, columns));
    const dBias = sumRows(gpu, dv, tokens, channels);
    const dx = joinedArrays(gpu, [dout], x.shape);
    const branches = all.map((branch) => branchBack(gpu, branch, { x, drows, dx }, prepared));
    release(gpu, [drows]);
    return {
      x: dx,
      weight: { ...dWeight, shape: weight.shape },
      bias: { ...dBias, shape: bias.shape },
      branches,
    };
  },
});
