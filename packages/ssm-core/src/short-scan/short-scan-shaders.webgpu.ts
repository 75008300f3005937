import type { EachShader, Shader } from '@prismamba/backend/internal';
import { EXP } from '../webgpu/nan.webgpu.js';
import { SILU } from '../webgpu/silu.js';
import { SOFTPLUS } from '../webgpu/softplus.js';

/**
 * What both passes read, in WGSL: u and step [T, D], both [T, 2 D] (the gate is its second half), projected [T, R + 2N] (B and C are its
 * last 2N), `params` A [D, N], bias [D] and skip [D]. N states, L tokens a sequence.
 */
const READS = `${EXP}${SOFTPLUS}${SILU}
var<private> rates: array<f32, N>;
fn deltaOf(token: u32, d: u32) -> f32 {
  return softplus(step[token * uniforms.channels + d] + params[uniforms.channels * N + d]);
}
fn skipOf(d: u32) -> f32 { return params[uniforms.channels * (N + 1u) + d]; }
fn gateOf(token: u32, d: u32) -> f32 { return both[(2u * token + 1u) * uniforms.channels + d]; }
fn matrices(token: u32) -> u32 { return (token + 1u) * uniforms.columns - 2u * N; }
`;

const INPUTS = { u: 'read', step: 'read', both: 'read', projected: 'read', params: 'read' } as const;

/** One invocation walks one channel of one sequence, its N states in registers: y [T, D]. */
export const shortScanForward = (states: number, length: number) =>
  ({
    name: 'shortScan.forward',
    buffers: { ...INPUTS, y: 'read_write' },
    uniforms: ['channels', 'columns'],
    constants: { N: states, L: length },
    body: `${READS}
fn each(i: u32) {
  let sequence = i / uniforms.channels;
  let d = i % uniforms.channels;
  var h: array<f32, N>;
  for (var n = 0u; n < N; n++) {
    rates[n] = params[d * N + n];
    h[n] = known(0.0, rates[n]);
  }
  let skip = skipOf(d);
  for (var token = sequence * L; token < (sequence + 1u) * L; token++) {
    let delta = deltaOf(token, d);
    let input = u[token * uniforms.channels + d];
    let at = matrices(token);
    var sum = skip * input;
    for (var n = 0u; n < N; n++) {
      h[n] = exp(delta * rates[n]) * h[n] + delta * input * projected[at + n];
      sum += h[n] * projected[at + N + n];
    }
    y[token * uniforms.channels + d] = sum * silu(gateOf(token, d));
  }
}`,
  }) satisfies EachShader;

/** Bytes of workgroup memory for each state, times (invocations + 2 L): B and C, and their gradients, and a number of each of two a lane. */
export const SHARED_PER_STATE = 8;

/**
 * A workgroup takes `span` sequences one after the other, a channel an invocation. Their states are computed again into registers, L N
 * of them; then, from the last token on, by the formulas of `short-scan.operator.ts`. dB and dC are summed over the channels in workgroup
 * memory, always in the same order; the part of the weights' gradients is added to the workgroup's row of `sums` [rows, D (N + 2)]. `results` holds
 * the gradients of u, step, both (zeros in its first half) and projected (zeros before B) one behind the other.
 */
export const shortScanBackward = (states: number, length: number, workgroupSize: number) =>
  ({
    name: 'shortScan.backward',
    buffers: { ...INPUTS, dy: 'read', results: 'read_write', sums: 'read_write' },
    uniforms: ['channels', 'columns', 'sequences', 'span'],
    constants: { N: states, L: length },
    workgroupSize,
    sharedBytes: SHARED_PER_STATE * states * (workgroupSize + 2 * length),
    body: `${READS}
var<workgroup> tile: array<f32, 2u * L * N>;
var<workgroup> dtile: array<f32, 2u * L * N>;
var<workgroup> pile: array<f32, WORKGROUP * 2u * N>;
var<private> trail: array<f32, L * N>;
var<private> h: array<f32, N>;
var<private> g: array<f32, N>;
var<private> drates: array<f32, N>;

fn main(group: u32, local: u32) {
  let D = uniforms.channels;
  let all = uniforms.sequences * L * D;
  let row = group * D * (N + 2u);
  let end = min((group + 1u) * uniforms.span, uniforms.sequences);
  for (var sequence = group * uniforms.span; sequence < end; sequence++) {
    let first = sequence * L;
    workgroupBarrier();
    for (var e = local; e < 2u * L * N; e += WORKGROUP) {
      tile[e] = projected[matrices(first + e / (2u * N)) + e % (2u * N)];
      dtile[e] = 0.0;
    }
    workgroupBarrier();
    for (var base = 0u; base < D; base += WORKGROUP) {
      let d = base + local;
      let inside = d < D;
      var skip = 0.0;
      var dbias = 0.0;
      var dskip = 0.0;
      for (var n = 0u; n < N; n++) {
        g[n] = 0.0;
        h[n] = 0.0;
        drates[n] = 0.0;
      }
      if (inside) {
        skip = skipOf(d);
        for (var n = 0u; n < N; n++) {
          rates[n] = params[d * N + n];
          h[n] = known(0.0, rates[n]);
          g[n] = h[n];
        }
        for (var t = 0u; t < L; t++) {
          let delta = deltaOf(first + t, d);
          let drive = delta * u[(first + t) * D + d];
          for (var n = 0u; n < N; n++) {
            trail[t * N + n] = h[n];
            h[n] = exp(delta * rates[n]) * h[n] + drive * tile[t * 2u * N + n];
          }
        }
      }
      for (var i = L; i > 0u; i--) {
        let t = i - 1u;
        if (inside) {
          let token = first + t;
          let delta = deltaOf(token, d);
          let input = u[token * D + d];
          let gate = gateOf(token, d);
          let upstream = dy[token * D + d];
          let through = upstream * silu(gate);
          var ungated = skip * input;
          let lost = onlyNan(delta);
          var ddelta = 0.0;
          var dot = 0.0;
          for (var n = 0u; n < N; n++) {
            let b = tile[t * 2u * N + n];
            let keep = exp(delta * rates[n]);
            let before = keep * trail[t * N + n];
            let state = before + delta * input * b;
            let c = tile[t * 2u * N + N + n];
            ungated += state * c;
            let total = g[n] + through * c;
            dot += total * b;
            ddelta += total * before * rates[n];
            drates[n] += total * before * delta;
            pile[local * 2u * N + n] = total * delta * input;
            pile[local * 2u * N + N + n] = through * state;
            g[n] = keep * total + lost;
          }
          let raw = step[token * D + d] + params[D * N + d];
          let slope = (ddelta + dot * input) * softplusSlope(raw);
          dbias += slope;
          dskip += through * input;
          results[token * D + d] = dot * delta + skip * through;
          results[all + token * D + d] = slope;
          results[2u * all + 2u * token * D + d] = 0.0;
          results[2u * all + (2u * token + 1u) * D + d] = upstream * ungated * siluSlope(gate);
        }
        workgroupBarrier();
        for (var j = local; j < 2u * N; j += WORKGROUP) {
          var sum = 0.0;
          for (var c = 0u; c < min(WORKGROUP, D - base); c++) { sum += pile[c * 2u * N + j]; }
          dtile[t * 2u * N + j] += sum;
        }
        workgroupBarrier();
      }
      if (inside) {
        for (var n = 0u; n < N; n++) { sums[row + d * N + n] += drates[n]; }
        sums[row + D * N + d] += dbias;
        sums[row + D * (N + 1u) + d] += dskip;
      }
    }
    workgroupBarrier();
    let low = uniforms.columns - 2u * N;
    for (var e = local; e < L * uniforms.columns; e += WORKGROUP) {
      let j = e % uniforms.columns;
      var value = 0.0;
      if (j >= low) { value = dtile[e / uniforms.columns * 2u * N + j - low]; }
      results[4u * all + first * uniforms.columns + e] = value;
    }
  }
}`,
  }) satisfies Shader;
