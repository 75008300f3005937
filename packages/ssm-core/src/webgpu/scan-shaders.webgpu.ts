import type { Shader } from '@prismamba/backend/internal';
import { EXP } from './nan.webgpu.js';
import { SOFTPLUS } from './softplus.js';

/**
 * The recurrence of S6 in WGSL: one workgroup takes a chunk of a sequence, an invocation one channel of it after the other, with its N
 * states in registers. What the tokens of a chunk share (B, C and, for SS2D, the low-rank step) lies in workgroup memory.
 *
 * An operator says where its numbers are:
 *
 *   tileValue(o, chunk, s, j)   B (j = R ..), C (j = R + N ..) and, before them, the R low-rank steps of token s
 *   rawStep(o, chunk, s, d), biasOf(o, d), inputOf(o, chunk, s, d), upstreamOf(o, chunk, s, d), skipOf(o, d), rateOf(o, d * N + n), turned(o)
 *   storeOutput(o, chunk, s, d, y)
 *   storeInput(o, chunk, s, d, du), storeStep(o, chunk, s, d, slope), finish(o, chunk, count, row, local) and the *_AT of the sums
 *
 * `states` are [outers, chunks, D, N], `steps` [outers, chunks, D].
 *
 * o counts sequences from the first of the call on (inner: from the first of all, as rateOf and turned take it).
 */
export interface ScanShaders {
  /** D channels of a sequence, N states, R low-rank steps, T tokens a chunk, and what `functions` use. */
  readonly constants: ScanConstants & Readonly<Record<string, number>>;
  readonly name: string;
  readonly inputs: Readonly<Record<string, 'read'>>;
  readonly functions: string;
  readonly forward: { readonly buffers: Readonly<Record<string, 'read_write'>>; readonly functions: string };
  readonly backward: {
    readonly upstream: Readonly<Record<string, 'read'>>;
    /** `upstreamOf`. */
    readonly reads: string;
    readonly buffers: Readonly<Record<string, 'read_write'>>;
    readonly functions: string;
  };
  readonly workgroupSize: number;
  /** Numbers of a token that are summed over the channels at a time. */
  readonly pile: number;
}

export interface ScanConstants {
  readonly D: number;
  readonly N: number;
  readonly R: number;
  readonly T: number;
  /** 1: delta = softplus(raw step + bias). */
  readonly SOFTPLUS: number;
  /** Sequences that a workgroup reads one after the other: 2 where both add to the same pixels. */
  readonly PASSES: number;
}

export const SCAN_UNIFORMS = [
  'first',
  'outers',
  'chunks',
  'length',
  'height',
  'width',
  'begin',
  'stride',
  'spans',
  'span',
] as const;

export type ScanShader = Shader<string, (typeof SCAN_UNIFORMS)[number]>;

export const STEPS = `
const J = R + 2u * N;
var<workgroup> tile: array<f32, T * J>;
// Of each invocation, here so that no loop writes zeros into them anew.
var<private> rates: array<f32, N>;
var<private> h: array<f32, N>;

${EXP}${SOFTPLUS}fn stepOf(raw: f32) -> f32 {
  if (SOFTPLUS == 1u) { return softplus(raw); }
  return raw;
}
fn stepSlope(raw: f32) -> f32 {
  if (SOFTPLUS == 1u) { return softplusSlope(raw); }
  return 1.0;
}
fn tokens(chunk: u32) -> u32 { return min(T, uniforms.length - chunk * T); }
fn token(o: u32, i: u32, count: u32) -> u32 { return select(i, count - 1u - i, turned(uniforms.first + o)); }
fn fill(o: u32, chunk: u32, count: u32, local: u32) {
  for (var e = local; e < T * J; e += WORKGROUP) {
    let s = e % T;
    if (s < count) { tile[e] = tileValue(o, chunk, s, e / T); }
  }
}
`;

export const tileBytes = ({ T, R, N }: ScanConstants) => 4 * T * (R + 2 * N);

/** What each chunk adds to a state of zero, [outers, chunks, D, N], and the sum of its steps, [outers, chunks, D]. */
export function summaries({ name, constants, inputs, functions, workgroupSize }: ScanShaders): ScanShader {
  return {
    name: `${name}.summaries`,
    buffers: { ...inputs, states: 'read_write', steps: 'read_write' },
    uniforms: SCAN_UNIFORMS,
    constants,
    workgroupSize,
    sharedBytes: tileBytes(constants),
    body: `${STEPS}${functions}
fn main(group: u32, local: u32) {
  let o = group / uniforms.chunks;
  let chunk = group % uniforms.chunks;
  let count = tokens(chunk);
  fill(o, chunk, count, local);
  workgroupBarrier();
  for (var d = local; d < D; d += WORKGROUP) {
    for (var n = 0u; n < N; n++) {
      rates[n] = rateOf(uniforms.first + o, d * N + n);
      h[n] = known(0.0, rates[n]);
    }
    var sum = 0.0;
    let bias = biasOf(o, d);
    for (var i = 0u; i < count; i++) {
      let s = token(o, i, count);
      let delta = stepOf(rawStep(o, chunk, s, d) + bias);
      let drive = delta * inputOf(o, chunk, s, d);
      sum += delta;
      for (var n = 0u; n < N; n++) { h[n] = exp(delta * rates[n]) * h[n] + drive * tile[(R + n) * T + s]; }
    }
    steps[group * D + d] = sum;
    for (var n = 0u; n < N; n++) { states[(group * D + d) * N + n] = h[n]; }
  }
}`,
  };
}

/** y, with the state that enters each chunk known. */
export function outputs({
  name,
  constants,
  inputs,
  functions,
  forward,
  workgroupSize,
}: ScanShaders): ScanShader {
  return {
    name: `${name}.outputs`,
    buffers: { ...inputs, states: 'read', ...forward.buffers },
    uniforms: SCAN_UNIFORMS,
    constants,
    workgroupSize,
    sharedBytes: tileBytes(constants),
    body: `${STEPS}${functions}${forward.functions}
fn main(group: u32, local: u32) {
  let chunk = group % uniforms.chunks;
  let unit = uniforms.begin + group / uniforms.chunks * uniforms.stride;
  let count = tokens(chunk);
  for (var turn = 0u; turn < PASSES; turn++) {
    let o = unit * PASSES + turn;
    workgroupBarrier();
    fill(o, chunk, count, local);
    workgroupBarrier();
    for (var d = local; d < D; d += WORKGROUP) {
      let at = ((o * uniforms.chunks + chunk) * D + d) * N;
      for (var n = 0u; n < N; n++) {
        rates[n] = rateOf(uniforms.first + o, d * N + n);
        h[n] = known(states[at + n], rates[n]);
      }
      let bias = biasOf(o, d);
      let skip = skipOf(o, d);
      for (var i = 0u; i < count; i++) {
        let s = token(o, i, count);
        let delta = stepOf(rawStep(o, chunk, s, d) + bias);
        let input = inputOf(o, chunk, s, d);
        var y = skip * input;
        for (var n = 0u; n < N; n++) {
          h[n] = exp(delta * rates[n]) * h[n] + delta * input * tile[(R + n) * T + s];
          y += h[n] * tile[(R + N + n) * T + s];
        }
        storeOutput(o, chunk, s, d, y);
      }
    }
  }
}`,
  };
}

/** What each chunk adds to a gradient of zero of its last state, walked back to the state that entered it. */
export function gradientSummaries({
  name,
  constants,
  inputs,
  functions,
  backward,
  workgroupSize,
}: ScanShaders): ScanShader {
  return {
    name: `${name}.gradientSummaries`,
    buffers: { ...inputs, ...backward.upstream, states: 'read_write', steps: 'read_write' },
    uniforms: SCAN_UNIFORMS,
    constants,
    workgroupSize,
    sharedBytes: tileBytes(constants),
    body: `${STEPS}${functions}${backward.reads}
fn main(group: u32, local: u32) {
  let o = group / uniforms.chunks;
  let chunk = group % uniforms.chunks;
  let count = tokens(chunk);
  fill(o, chunk, count, local);
  workgroupBarrier();
  for (var d = local; d < D; d += WORKGROUP) {
    for (var n = 0u; n < N; n++) {
      rates[n] = rateOf(uniforms.first + o, d * N + n);
      h[n] = known(0.0, rates[n]);
    }
    var sum = 0.0;
    let bias = biasOf(o, d);
    for (var i = count; i > 0u; i--) {
      let s = token(o, i - 1u, count);
      let delta = stepOf(rawStep(o, chunk, s, d) + bias);
      let dy = upstreamOf(o, chunk, s, d);
      sum += delta;
      let lost = onlyNan(delta);
      for (var n = 0u; n < N; n++) { h[n] = exp(delta * rates[n]) * (h[n] + dy * tile[(R + N + n) * T + s]) + lost; }
    }
    steps[group * D + d] = sum;
    for (var n = 0u; n < N; n++) { states[(group * D + d) * N + n] = h[n]; }
  }
}`,
  };
}
