import { SCAN_UNIFORMS, STEPS, tileBytes, type ScanShader, type ScanShaders } from './scan-shaders.webgpu.js';

/**
 * Every gradient, with the state that enters each chunk (`states`) and the gradient of the one that leaves it (`arriving`) known, both
 * [outers, chunks, D, N]. The states inside a chunk are computed again into registers, T N of them; then, from its last token on, by the formulas of
 * `selective-scan.operator.ts`. What all channels share (dB, dC, the gradient of the low-rank step) is summed over them in
 * workgroup memory, `pile` numbers a token at a time, always in the same order. A workgroup takes `span` chunks one after the other and adds
 * their part of the weights' gradients to one row of `sums`.
 */
export function gradients(scan: ScanShaders): ScanShader {
  const { name, constants, inputs, functions, backward, workgroupSize, pile } = scan;
  const lowRank = constants.R > 0;
  return {
    name: `${name}.gradients`,
    buffers: {
      ...inputs,
      ...backward.upstream,
      states: 'read',
      arriving: 'read',
      ...backward.buffers,
      sums: 'read_write',
    },
    uniforms: SCAN_UNIFORMS,
    constants: { ...constants, PILE: pile },
    workgroupSize,
    sharedBytes: 2 * tileBytes(constants) + 4 * workgroupSize * pile,
    body: `${STEPS}
var<workgroup> dtile: array<f32, T * J>;
var<workgroup> pile: array<f32, WORKGROUP * PILE>;
var<private> g: array<f32, N>;
var<private> trail: array<f32, T * N>;
var<private> drates: array<f32, N>;
var<private> db: array<f32, N>;
var<private> dc: array<f32, N>;
${lowRank ? 'var<private> dlow: array<f32, R>;' : ''}
${functions}${backward.reads}${backward.functions}
fn main(group: u32, local: u32) {
  let unit = uniforms.begin + group / uniforms.spans * uniforms.stride;
  let from_chunk = group % uniforms.spans * uniforms.span;
  let to_chunk = min(from_chunk + uniforms.span, uniforms.chunks);
  for (var turn = 0u; turn < PASSES; turn++) {
    let o = unit * PASSES + turn;
    let row = sumsRow(o, group % uniforms.spans);
    for (var chunk = from_chunk; chunk < to_chunk; chunk++) {
      let count = tokens(chunk);
      workgroupBarrier();
      fill(o, chunk, count, local);
      for (var e = local; e < T * J; e += WORKGROUP) { dtile[e] = 0.0; }
      workgroupBarrier();
      for (var base = 0u; base < D; base += WORKGROUP) {
        let d = base + local;
        let inside = d < D;
        var bias = 0.0;
        var skip = 0.0;
        var dbias = 0.0;
        var dskip = 0.0;
        ${lowRank ? 'for (var r = 0u; r < R; r++) { dlow[r] = 0.0; }' : ''}
        for (var n = 0u; n < N; n++) {
          drates[n] = 0.0;
          db[n] = 0.0;
          dc[n] = 0.0;
        }
        if (inside) {
          let at = ((o * uniforms.chunks + chunk) * D + d) * N;
          bias = biasOf(o, d);
          skip = skipOf(o, d);
          for (var n = 0u; n < N; n++) {
            rates[n] = rateOf(uniforms.first + o, d * N + n);
            h[n] = known(states[at + n], rates[n]);
            g[n] = known(arriving[at + n], rates[n]);
          }
          for (var i = 0u; i < count; i++) {
            let s = token(o, i, count);
            let delta = stepOf(rawStep(o, chunk, s, d) + bias);
            let drive = delta * inputOf(o, chunk, s, d);
            for (var n = 0u; n < N; n++) {
              trail[i * N + n] = h[n];
              h[n] = exp(delta * rates[n]) * h[n] + drive * tile[(R + n) * T + s];
            }
          }
        }
        for (var i = count; i > 0u; i--) {
          let s = token(o, i - 1u, count);
          var slope = 0.0;
          if (inside) {
            let raw = rawStep(o, chunk, s, d) + bias;
            let delta = stepOf(raw);
            let input = inputOf(o, chunk, s, d);
            let dy = upstreamOf(o, chunk, s, d);
            let lost = onlyNan(delta);
            var ddelta = 0.0;
            var dot = 0.0;
            for (var n = 0u; n < N; n++) {
              let b = tile[(R + n) * T + s];
              let before = trail[(i - 1u) * N + n];
              let keep = exp(delta * rates[n]);
              let total = g[n] + dy * tile[(R + N + n) * T + s];
              let decayed = total * keep * before;
              dot += total * b;
              ddelta += decayed * rates[n];
              drates[n] += decayed * delta;
              db[n] = total * delta * input;
              dc[n] = dy * (keep * before + delta * input * b);
              g[n] = keep * total + lost;
            }
            slope = (ddelta + dot * input) * stepSlope(raw);
            dbias += slope;
            dskip += dy * input;
            ${lowRank ? 'for (var r = 0u; r < R; r++) { dlow[r] += slope * tile[r * T + s]; }' : ''}
            storeStep(o, chunk, s, d, slope);
            storeInput(o, chunk, s, d, dot * delta + skip * dy);
          }
          for (var j0 = 0u; j0 < J; j0 += PILE) {
            let wide = min(PILE, J - j0);
            for (var j = 0u; j < wide; j++) {
              let all = j0 + j;
              var value = 0.0;
              if (all >= R + N) { value = dc[all - R - N]; }
              else if (all >= R) { value = db[all - R]; }
              ${lowRank ? 'else if (inside) { value = slope * lowWeight(o, d, all); }' : ''}
              pile[local * PILE + j] = value;
            }
            workgroupBarrier();
            for (var j = local; j < wide; j += WORKGROUP) {
              var sum = 0.0;
              for (var c = 0u; c < WORKGROUP; c++) { sum += pile[c * PILE + j]; }
              dtile[(j0 + j) * T + s] += sum;
            }
            workgroupBarrier();
          }
        }
        if (inside) {
          addSums(o, row, d, dbias, dskip);
          for (var n = 0u; n < N; n++) { sums[row + rateAt(o, d, n)] += drates[n] * rateSlope(o, d, n); }
          ${lowRank ? 'for (var r = 0u; r < R; r++) { sums[row + lowAt(o, d, r)] += dlow[r]; }' : ''}
        }
      }
      workgroupBarrier();
      finish(o, chunk, count, row, local);
    }
  }
}`,
  };
}
