import {
  dispatch,
  dispatchEach,
  gpuLimits,
  newArray,
  part,
  release,
  sumRows,
  type EachShader,
  type WebgpuBackend,
} from '@prismamba/backend/internal';
import type * as tf from '@tensorflow/tfjs-core';
import type { Matrix } from './matrix-product.webgpu.js';
import { SILU } from './silu.js';

/**
 * Layer norm over the rows of a matrix, n = (x - mean) / sigma gamma + beta, in WGSL. A workgroup takes a row where sums over it are
 * wanted (its mean first, then the squares around it), an invocation a number elsewhere. Kept between the passes: mean and 1 / sigma of
 * each row. x, n, z and their gradients are [rows, C], gamma and beta [C].
 */
export interface RowNorm {
  readonly x: Matrix;
  readonly gamma: tf.TensorInfo;
  readonly beta: tf.TensorInfo;
  readonly epsilon: number;
}

/** Numbers of a row beside its channels: mean and 1 / sigma. */
export const STATISTICS = 2;

/** Rows over which one invocation adds up its channel. */
const RUN = 64;

const UNIFORMS = ['rows', 'channels', 'epsilon'] as const;

const TOTAL = `
var<workgroup> pile: array<f32, WORKGROUP>;
fn total(local: u32, own: f32) -> f32 {
  workgroupBarrier();
  pile[local] = own;
  for (var half = WORKGROUP / 2u; half > 0u; half /= 2u) {
    workgroupBarrier();
    if (local < half) { pile[local] += pile[local + half]; }
  }
  workgroupBarrier();
  return pile[0];
}`;

const EACH = `
fn each(i: u32) {
  let t = i / uniforms.channels;
  let c = i % uniforms.channels;`;

const NORMALISED = `
fn normalised(i: u32, t: u32) -> f32 { return (x[i] - rowStatistics[2u * t]) * rowStatistics[2u * t + 1u]; }`;

/** A float as an integer uniform. */
const bitsOf = (value: number): number => new Uint32Array(new Float32Array([value]).buffer)[0]!;

type Step<Buffers extends string> = Pick<EachShader<Buffers>, 'name' | 'buffers' | 'body'>;

const shaderOf = <Buffers extends string>(step: Step<Buffers>) => ({
  ...step,
  name: `rowNorm.${step.name}`,
  uniforms: UNIFORMS,
  constants: { RUN },
});

const uniformsOf = ({ x, epsilon }: RowNorm) => ({
  rows: x.rows,
  channels: x.columns,
  epsilon: bitsOf(epsilon),
});

/** An invocation a number: of x, unless `count` is given. */
function perNumber<Buffers extends string>(
  gpu: WebgpuBackend,
  norm: RowNorm,
  step: Step<Buffers>,
  buffers: Readonly<Record<Buffers, tf.TensorInfo>>,
  count = norm.x.rows * norm.x.columns,
): void {
  dispatchEach(gpu, shaderOf(step), { buffers, uniforms: uniformsOf(norm), count });
}

/** A workgroup a row; `body` may call `total`. */
function perRow<Buffers extends string>(
  gpu: WebgpuBackend,
  norm: RowNorm,
  step: Step<Buffers>,
  buffers: Readonly<Record<Buffers, tf.TensorInfo>>,
): void {
  const most = gpuLimits(gpu).maxComputeInvocationsPerWorkgroup;
  // `total` halves it.
  const workgroupSize = 2 ** Math.floor(Math.log2(Math.min(64, most)));
  dispatch(
    gpu,
    { ...shaderOf(step), workgroupSize, sharedBytes: 4 * workgroupSize, body: `${TOTAL}${step.body}` },
    { buffers, uniforms: uniformsOf(norm), groups: norm.x.rows },
  );
}

/** Mean and 1 / sigma of each row, [rows, 2]. */
export function rowStatistics(gpu: WebgpuBackend, norm: RowNorm): tf.TensorInfo {
  const found = newArray(gpu, [norm.x.rows, STATISTICS]);
  const step = {
    name: 'statistics',
    buffers: { x: 'read', found: 'read_write' } as const,
    body: `
fn main(group: u32, local: u32) {
  let C = uniforms.channels;
  var sum = 0.0;
  for (var c = local; c < C; c += WORKGROUP) { sum += x[group * C + c]; }
  let mean = total(local, sum) / f32(C);
  var squares = 0.0;
  for (var c = local; c < C; c += WORKGROUP) {
    let centred = x[group * C + c] - mean;
    squares += centred * centred;
  }
  let variance = total(local, squares) / f32(C);
  if (local == 0u) {
    found[2u * group] = mean;
    found[2u * group + 1u] = 1.0 / sqrt(variance + bitcast<f32>(uniforms.epsilon));
  }
}`,
  };
  perRow(gpu, norm, step, { x: norm.x.array, found });
  return found;
}

/** n, times SiLU(z) where there is a gate z: [rows, C]. */
export function normalise(
  gpu: WebgpuBackend,
  norm: RowNorm,
  statistics: tf.TensorInfo,
  z?: tf.TensorInfo,
): tf.TensorInfo {
  const { x, gamma, beta } = norm;
  const n = newArray(gpu, [x.rows, x.columns]);
  const arrays = { x: x.array, rowStatistics: statistics, gamma, beta, n };
  const reads = { x: 'read', rowStatistics: 'read', gamma: 'read', beta: 'read' } as const;
  const value = 'normalised(i, t) * gamma[c] + beta[c]';
  if (z === undefined) {
    const body = `${NORMALISED}${EACH}\n  n[i] = ${value};\n}`;
    perNumber(gpu, norm, { name: 'normalise', buffers: { ...reads, n: 'read_write' }, body }, arrays);
  } else {
    const body = `${SILU}${NORMALISED}${EACH}\n  n[i] = (${value}) * silu(z[i]);\n}`;
    const buffers = { ...reads, z: 'read', n: 'read_write' } as const;
    perNumber(gpu, norm, { name: 'normaliseAndGate', buffers, body }, { ...arrays, z });
  }
  return n;
}

/** Gradients of n and of the gate z, given that of their gated product, all [rows, C]: dn = dg SiLU(z), dz = dg n SiLU'(z). */
export function gateBack(
  gpu: WebgpuBackend,
  norm: RowNorm,
  statistics: tf.TensorInfo,
  z: tf.TensorInfo,
  dg: tf.TensorInfo,
): { readonly dn: tf.TensorInfo; readonly dz: tf.TensorInfo } {
  const { x, gamma, beta } = norm;
  const [dn, dz] = [newArray(gpu, z.shape), newArray(gpu, z.shape)];
  const step = {
    name: 'gateBack',
    buffers: {
      x: 'read',
      rowStatistics: 'read',
      gamma: 'read',
      beta: 'read',
      z: 'read',
      dg: 'read',
      dn: 'read_write',
      dz: 'read_write',
    } as const,
    body: `${SILU}${NORMALISED}${EACH}
  dn[i] = dg[i] * silu(z[i]);
  dz[i] = dg[i] * (normalised(i, t) * gamma[c] + beta[c]) * siluSlope(z[i]);
}`,
  };
  perNumber(gpu, norm, step, { x: x.array, rowStatistics: statistics, gamma, beta, z, dg, dn, dz });
  return { dn, dz };
}

/** Gradients of x [rows, C], gamma and beta [C], given that of n. Sums over runs of rows first: [rows / RUN, 2, C]. */
export function normBack(
  gpu: WebgpuBackend,
  norm: RowNorm,
  statistics: tf.TensorInfo,
  dn: tf.TensorInfo,
): Readonly<Record<'x' | 'gamma' | 'beta', tf.TensorInfo>> {
  const { x, gamma } = norm;
  const { rows, columns } = x;
  const reads = { x: 'read', rowStatistics: 'read', dn: 'read' } as const;
  const arrays = { x: x.array, rowStatistics: statistics, dn };
  const dx = newArray(gpu, x.array.shape);
  const back = {
    name: 'back',
    buffers: { ...reads, gamma: 'read', dx: 'read_write' } as const,
    body: `${NORMALISED}
fn main(group: u32, local: u32) {
  let C = uniforms.channels;
  var sum = 0.0;
  var along = 0.0;
  for (var c = local; c < C; c += WORKGROUP) {
    let g = dn[group * C + c] * gamma[c];
    sum += g;
    along += g * normalised(group * C + c, group);
  }
  let mean = total(local, sum) / f32(C);
  let slope = total(local, along) / f32(C);
  // dx = (g - mean g - xhat mean(g xhat)) / sigma
  for (var c = local; c < C; c += WORKGROUP) {
    let i = group * C + c;
    dx[i] = (dn[i] * gamma[c] - mean - normalised(i, group) * slope) * rowStatistics[2u * group + 1u];
  }
}`,
  };
  perRow(gpu, norm, back, { ...arrays, gamma, dx });
  const runs = Math.ceil(rows / RUN);
  const sums = newArray(gpu, [runs * 2 * columns]);
  const add = {
    name: 'parameters',
    buffers: { ...reads, sums: 'read_write' } as const,
    body: `${NORMALISED}
fn each(i: u32) {
  let C = uniforms.channels;
  let first = i / C * RUN;
  var scale = 0.0;
  var shift = 0.0;
  for (var t = first; t < min(first + RUN, uniforms.rows); t++) {
    let at = t * C + i % C;
    scale += dn[at] * normalised(at, t);
    shift += dn[at];
  }
  sums[i / C * 2u * C + i % C] = scale;
  sums[(i / C * 2u + 1u) * C + i % C] = shift;
}`,
  };
  perNumber(gpu, norm, add, { ...arrays, sums }, runs * columns);
  const all = sumRows(gpu, sums, runs, 2 * columns);
  const gradients = {
    x: dx,
    gamma: part(gpu, all, 0, [columns]),
    beta: part(gpu, all, columns, [columns]),
  };
  release(gpu, [all]);
  return gradients;
}
