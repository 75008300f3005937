import type { Shader } from '@prismamba/backend/internal';
import { EXP } from '../webgpu/nan.webgpu.js';
import { SOFTPLUS } from '../webgpu/softplus.js';

/** N states, T tokens a chunk, LANES invocations a token. */
export interface SsdConstants extends Readonly<Record<string, number>> {
  readonly N: number;
  readonly T: number;
  readonly LANES: number;
  /** 1: delta = softplus(dt + bias). */
  readonly SOFTPLUS: number;
}

/** H heads of P channels, G groups: no constants, so that networks of several widths compile the shaders once. */
export const SSD_UNIFORMS = ['samples', 'chunks', 'length', 'H', 'P', 'G'] as const;

/**
 * A workgroup takes a chunk of a head. cum_i = A (delta_0 + .. + delta_i) inside the chunk; `decay[i]` is the exponential of that, `rest[i]` of
 * what follows until the chunk's end. `params`: A [H], bias [H], D [H P].
 */
const CHUNK = `
var<workgroup> delta: array<f32, T>;
var<workgroup> slope: array<f32, T>;
var<workgroup> cum: array<f32, T>;
var<workgroup> decay: array<f32, T>;
var<workgroup> rest: array<f32, T>;

${EXP}${SOFTPLUS}fn tokens(chunk: u32) -> u32 { return min(T, uniforms.length - chunk * T); }
fn row(b: u32, chunk: u32, i: u32) -> u32 { return b * uniforms.length + chunk * T + i; }
fn xAt(b: u32, chunk: u32, i: u32, h: u32) -> u32 { return (row(b, chunk, i) * uniforms.H + h) * uniforms.P; }
fn bAt(b: u32, chunk: u32, i: u32, h: u32) -> u32 { return (row(b, chunk, i) * uniforms.G + h / (uniforms.H / uniforms.G)) * N; }
fn cAt(b: u32, chunk: u32, i: u32, h: u32) -> u32 { return uniforms.samples * uniforms.length * uniforms.G * N + bAt(b, chunk, i, h); }
fn stateAt(b: u32, chunk: u32, h: u32) -> u32 { return ((b * uniforms.H + h) * uniforms.chunks + chunk) * uniforms.P * N; }

/** For all of a workgroup; barriers stand around it. */
fn steps_of(b: u32, chunk: u32, h: u32, i: u32, count: u32) {
  if (i >= count) { return; }
  let raw = dt[row(b, chunk, i) * uniforms.H + h] + params[uniforms.H + h];
  if (SOFTPLUS == 1u) {
    delta[i] = softplus(raw);
    slope[i] = softplusSlope(raw);
  } else {
    delta[i] = raw;
    slope[i] = 1.0;
  }
}
fn add_up(h: u32, i: u32, count: u32) {
  if (i >= count) { return; }
  var sum = 0.0;
  for (var j = 0u; j <= i; j++) { sum += delta[j]; }
  cum[i] = params[h] * sum;
  decay[i] = expOf(cum[i]);
  var after = 0.0;
  for (var j = i + 1u; j < count; j++) { after += delta[j]; }
  rest[i] = expOf(params[h] * after);
}
// exp(cum_i - cum_j), added up anew: the difference of two large sums would have lost the small steps between them.
fn between(h: u32, j: u32, i: u32) -> f32 {
  var sum = 0.0;
  for (var k = j + 1u; k <= i; k++) { sum += delta[k]; }
  return expOf(params[h] * sum);
}
`;

/** The first lines of every `main`. */
const BEGIN = `
  let chunk = group % uniforms.chunks;
  let h = group / uniforms.chunks % uniforms.H;
  let b = group / uniforms.chunks / uniforms.H;
  let count = tokens(chunk);
  for (var i = local; i < T; i += WORKGROUP) { steps_of(b, chunk, h, i, count); }
  workgroupBarrier();
  for (var i = local; i < T; i += WORKGROUP) { add_up(h, i, count); }
  workgroupBarrier();
`;

const INPUTS = { x: 'read', dt: 'read', matrices: 'read', params: 'read' } as const;
const VECTORS = 5;

const shared = ({ T }: SsdConstants, squares: number, more = 0): number =>
  4 * (VECTORS * T + squares * T * T + more);

/** What a chunk adds to a state of zero, states [S, H, chunks, P, N], and the sum of A delta, steps [S, H, chunks]. */
export const ssdSummaries = (constants: SsdConstants, workgroupSize: number) =>
  ({
    name: 'ssdScan.summaries',
    buffers: { ...INPUTS, states: 'read_write', steps: 'read_write' },
    uniforms: SSD_UNIFORMS,
    constants,
    workgroupSize,
    sharedBytes: shared(constants, 0),
    body: `${CHUNK}
fn main(group: u32, local: u32) {${BEGIN}
  if (local == 0u) { steps[(b * uniforms.H + h) * uniforms.chunks + chunk] = cum[count - 1u]; }
  let to = stateAt(b, chunk, h);
  for (var e = local; e < uniforms.P * N; e += WORKGROUP) {
    var sum = 0.0;
    for (var j = 0u; j < count; j++) {
      sum += rest[j] * delta[j] * x[xAt(b, chunk, j, h) + e / N] * matrices[bAt(b, chunk, j, h) + e % N];
    }
    states[to + e] = sum;
  }
}`,
  }) satisfies Shader;

/** y_i = sum_{j<=i} (C_i . B_j) exp(cum_i - cum_j) delta_j x_j + exp(cum_i) S C_i + D x_i, [S, L, H, P]. */
export const ssdOutputs = (constants: SsdConstants, workgroupSize: number) =>
  ({
    name: 'ssdScan.outputs',
    buffers: { ...INPUTS, states: 'read', y: 'read_write' },
    uniforms: SSD_UNIFORMS,
    constants,
    workgroupSize,
    sharedBytes: shared(constants, 1),
    body: `${CHUNK}
var<workgroup> scores: array<f32, T * T>;
fn main(group: u32, local: u32) {${BEGIN}
  for (var e = local; e < count * T; e += WORKGROUP) {
    let i = e / T;
    let j = e % T;
    if (j <= i) {
      var sum = 0.0;
      for (var n = 0u; n < N; n++) { sum += matrices[cAt(b, chunk, i, h) + n] * matrices[bAt(b, chunk, j, h) + n]; }
      scores[e] = sum * between(h, j, i) * delta[j];
    }
  }
  workgroupBarrier();
  for (var e = local; e < count * uniforms.P; e += WORKGROUP) {
    let i = e / uniforms.P;
    let p = e % uniforms.P;
    var sum = 0.0;
    for (var n = 0u; n < N; n++) { sum += states[stateAt(b, chunk, h) + p * N + n] * matrices[cAt(b, chunk, i, h) + n]; }
    sum *= decay[i];
    for (var j = 0u; j <= i; j++) { sum += scores[i * T + j] * x[xAt(b, chunk, j, h) + p]; }
    let at = xAt(b, chunk, i, h) + p;
    y[at] = sum + params[2u * uniforms.H + h * uniforms.P + p] * x[at];
  }
}`,
  }) satisfies Shader;

/** What a chunk adds to the gradient of the state that enters it: sum_i exp(cum_i) dy_i C_i^T. */
export const ssdGradientSummaries = (constants: SsdConstants, workgroupSize: number) =>
  ({
    name: 'ssdScan.gradientSummaries',
    buffers: {
      dt: 'read',
      matrices: 'read',
      params: 'read',
      dy: 'read',
      states: 'read_write',
      steps: 'read_write',
    },
    uniforms: SSD_UNIFORMS,
    constants,
    workgroupSize,
    sharedBytes: shared(constants, 0),
    body: `${CHUNK}
fn main(group: u32, local: u32) {${BEGIN}
  if (local == 0u) { steps[(b * uniforms.H + h) * uniforms.chunks + chunk] = cum[count - 1u]; }
  let to = stateAt(b, chunk, h);
  for (var e = local; e < uniforms.P * N; e += WORKGROUP) {
    var sum = 0.0;
    for (var i = 0u; i < count; i++) {
      sum += decay[i] * dy[xAt(b, chunk, i, h) + e / N] * matrices[cAt(b, chunk, i, h) + e % N];
    }
    states[to + e] = sum;
  }
}`,
  }) satisfies Shader;

/** M_ij = (C_i . B_j) exp(cum_i - cum_j) and W_ij = dy_i . x_j, for j <= i. */
const SQUARES = `
var<workgroup> scores: array<f32, T * T>;
var<workgroup> products: array<f32, T * T>;
fn squares(b: u32, chunk: u32, h: u32, local: u32, count: u32, with_matrices: bool) {
  for (var e = local; e < count * T; e += WORKGROUP) {
    let i = e / T;
    let j = e % T;
    if (j <= i) {
      var sum = 1.0;
      if (with_matrices) {
        sum = 0.0;
        for (var n = 0u; n < N; n++) { sum += matrices[cAt(b, chunk, i, h) + n] * matrices[bAt(b, chunk, j, h) + n]; }
      }
      scores[e] = sum * between(h, j, i);
      var product = 0.0;
      for (var p = 0u; p < uniforms.P; p++) { product += dy[xAt(b, chunk, i, h) + p] * x[xAt(b, chunk, j, h) + p]; }
      products[e] = product;
    }
  }
}
`;

/**
 * dx, ddt and a chunk's row of dA, dbias and dD, with S the state that enters the chunk and Z the gradient of the one that leaves it:
 *
 *   dx_j = sum_{i>=j} M_ij delta_j dy_i + v_j' + D dy_j,   v_j' = delta_j rest_j Z B_j
 *   ddelta_j = sum_{i>=j} W_ij M_ij + rest_j x_j^T Z B_j + A s_j,   v_j = delta_j rest_j x_j^T Z B_j
 *   s_j = sum_{i>=j>k} W_ik M_ik delta_k + sum_{i>=j} decay_i dy_i^T S C_i + sum_{k<j} v_k + decay_last <Z, S>
 *
 * s_j, the gradient of A delta_j, adds up what passes over token j and no differences of more: where a step decays by e^-700 nothing
 * does, and s_j is multiplied by that step.
 */
export const ssdGradients = (constants: SsdConstants, workgroupSize: number) =>
  ({
    name: 'ssdScan.gradients',
    buffers: { ...INPUTS, dy: 'read', states: 'read', arriving: 'read', results: 'read_write' },
    uniforms: SSD_UNIFORMS,
    constants,
    workgroupSize,
    sharedBytes: shared(constants, 2, 3 * workgroupSize + 4 * constants.T),
    body: `${CHUNK}${SQUARES}
var<workgroup> into: array<f32, WORKGROUP>;
var<workgroup> out_of: array<f32, WORKGROUP>;
var<workgroup> kept: array<f32, WORKGROUP>;
var<workgroup> v: array<f32, T>;
var<workgroup> dcum: array<f32, T>;
var<workgroup> direct: array<f32, T>;
var<workgroup> dstep: array<f32, T>;
fn main(group: u32, local: u32) {${BEGIN}
  squares(b, chunk, h, local, count, true);
  workgroupBarrier();
  let state = stateAt(b, chunk, h);
  let all = uniforms.samples * uniforms.length * uniforms.H;
  let sums = all * (uniforms.P + 1u) + (b * uniforms.chunks + chunk) * uniforms.H * (uniforms.P + 2u);
  let t = local / LANES;
  var vs = 0.0;
  var us = 0.0;
  if (t < count) {
    let xs = xAt(b, chunk, t, h);
    for (var p = local % LANES; p < uniforms.P; p += LANES) {
      var zb = 0.0;
      var sc = 0.0;
      for (var n = 0u; n < N; n++) {
        zb += arriving[state + p * N + n] * matrices[bAt(b, chunk, t, h) + n];
        sc += states[state + p * N + n] * matrices[cAt(b, chunk, t, h) + n];
      }
      var sum = rest[t] * zb;
      for (var i = t; i < count; i++) { sum += scores[i * T + t] * dy[xAt(b, chunk, i, h) + p]; }
      results[xs + p] = delta[t] * sum + params[2u * uniforms.H + h * uniforms.P + p] * dy[xs + p];
      vs += x[xs + p] * zb;
      us += dy[xs + p] * sc;
    }
  }
  into[local] = vs;
  out_of[local] = us;
  var zs = 0.0;
  for (var e = local; e < uniforms.P * N; e += WORKGROUP) { zs += arriving[state + e] * states[state + e]; }
  kept[local] = zs;
  for (var p = local; p < uniforms.P; p += WORKGROUP) {
    var sum = 0.0;
    for (var i = 0u; i < count; i++) { sum += dy[xAt(b, chunk, i, h) + p] * x[xAt(b, chunk, i, h) + p]; }
    results[sums + 2u * uniforms.H + h * uniforms.P + p] = sum;
  }
  workgroupBarrier();
  for (var i = local; i < count; i += WORKGROUP) {
    var xzb = 0.0;
    var ysc = 0.0;
    for (var k = i * LANES; k < (i + 1u) * LANES; k++) {
      xzb += into[k];
      ysc += out_of[k];
    }
    var columns = 0.0;
    for (var k = i; k < count; k++) { columns += products[k * T + i] * scores[k * T + i]; }
    v[i] = delta[i] * rest[i] * xzb;
    direct[i] = columns + rest[i] * xzb;
    dcum[i] = decay[i] * ysc;
  }
  workgroupBarrier();
  // products_ij := sum_{k<j} W_ik M_ik delta_k
  for (var i = local; i < count; i += WORKGROUP) {
    var sum = 0.0;
    for (var j = 0u; j <= i; j++) {
      let e = i * T + j;
      let term = products[e] * scores[e] * delta[j];
      products[e] = sum;
      sum += term;
    }
  }
  workgroupBarrier();
  for (var i = local; i < count; i += WORKGROUP) {
    var last = 0.0;
    for (var k = 0u; k < WORKGROUP; k++) { last += kept[k]; }
    last *= decay[count - 1u];
    for (var j = 0u; j < i; j++) { last += v[j]; }
    for (var k = i; k < count; k++) { last += dcum[k] + products[k * T + i]; }
    let ddt = (direct[i] + params[h] * last) * slope[i];
    results[all * uniforms.P + row(b, chunk, i) * uniforms.H + h] = ddt;
    direct[i] = ddt;
    dstep[i] = last * delta[i];
  }
  workgroupBarrier();
  if (local == 0u) {
    var rate = 0.0;
    var bias = 0.0;
    for (var i = 0u; i < count; i++) {
      rate += dstep[i];
      bias += direct[i];
    }
    results[sums + h] = rate;
    results[sums + uniforms.H + h] = bias;
  }
}`,
  }) satisfies Shader;

/**
 * dB and dC of each head, one behind the other:
 *
 *   dC_i = sum_{j<=i} W_ij exp(cum_i - cum_j) delta_j B_j + decay_i S^T dy_i
 *   dB_j = delta_j (sum_{i>=j} W_ij exp(cum_i - cum_j) C_i + rest_j Z^T x_j)
 */
export const ssdMatrixGradients = (constants: SsdConstants, workgroupSize: number) =>
  ({
    name: 'ssdScan.matrixGradients',
    buffers: { ...INPUTS, dy: 'read', states: 'read', arriving: 'read', results: 'read_write' },
    uniforms: SSD_UNIFORMS,
    constants,
    workgroupSize,
    sharedBytes: shared(constants, 2),
    body: `${CHUNK}${SQUARES}
fn main(group: u32, local: u32) {${BEGIN}
  squares(b, chunk, h, local, count, false);
  workgroupBarrier();
  let state = stateAt(b, chunk, h);
  let half = uniforms.samples * uniforms.length * uniforms.H * N;
  for (var e = local; e < count * N; e += WORKGROUP) {
    let t = e / N;
    let n = e % N;
    let xs = xAt(b, chunk, t, h);
    var db = 0.0;
    var dc = 0.0;
    for (var p = 0u; p < uniforms.P; p++) {
      db += arriving[state + p * N + n] * x[xs + p];
      dc += states[state + p * N + n] * dy[xs + p];
    }
    db *= rest[t];
    dc *= decay[t];
    for (var i = t; i < count; i++) { db += products[i * T + t] * scores[i * T + t] * matrices[cAt(b, chunk, i, h) + n]; }
    for (var j = 0u; j <= t; j++) { dc += products[t * T + j] * scores[t * T + j] * delta[j] * matrices[bAt(b, chunk, j, h) + n]; }
    let to = (row(b, chunk, t) * uniforms.H + h) * N + n;
    results[to] = delta[t] * db;
    results[half + to] = dc;
  }
}`,
  }) satisfies Shader;
