import type { Shader } from '@prismamba/backend/internal';
import { SPECTRAL_GRADIENT_EPSILON } from './gradient-statistics.operator.js';

/** Pixels of a sample over which one invocation follows one band. */
export const RUN = 64;

const UNIFORMS = ['pixels', 'height', 'width', 'channels', 'runs'] as const;

/** A pass over the maps; its `buffers` decide what `body` may call. */
export type StatisticsShader<Buffers extends string> = Shader<Buffers, (typeof UNIFORMS)[number]>;

/** The differences, computed where they are read: the same bits every time, so that ties are found by comparing. */
const DIFFERENCES = `
/** t[k] of a pixel: along its row for k < C, else along its column; the far edges are reflected. */
fn spatial(p: u32, k: u32) -> f32 {
  let C = uniforms.channels;
  if (k < C) {
    let j = p % uniforms.width;
    let q = p - j + select(j, uniforms.width - 3u, j == uniforms.width - 1u);
    return x[(q + 1u) * C + k] - x[q * C + k];
  }
  let i = p / uniforms.width % uniforms.height;
  let q = p - i * uniforms.width + select(i, uniforms.height - 3u, i == uniforms.height - 1u) * uniforms.width;
  return x[(q + uniforms.width) * C + k - C] - x[q * C + k - C];
}
/** g[c] of a pixel. */
fn spectral(p: u32, c: u32) -> f32 { return x[p * uniforms.channels + c + 1u] - x[p * uniforms.channels + c]; }
`;

/** NaN is found by its bits: what WGSL's min and max make of it is left to the device. */
const EXTREMES = `
fn isNotNumber(v: f32) -> bool { return (bitcast<u32>(v) & 0x7fffffffu) > 0x7f800000u; }
fn lower(a: f32, b: f32) -> f32 {
  if (isNotNumber(a)) { return a; }
  if (isNotNumber(b)) { return b; }
  return min(a, b);
}
fn higher(a: f32, b: f32) -> f32 { return -lower(-a, -b); }
`;

/** 1 / r of t, 0 where all of t is the same; 1 / r of g. `extremes`: low and high of t, then of g. */
const RANGES = `
fn ofSpatial() -> f32 {
  let range = extremes[1] - extremes[0];
  if (range == 0.0) { return 0.0; }
  return 1.0 / range;
}
fn ofSpectral() -> f32 { return 1.0 / (extremes[3] - extremes[2] + ${SPECTRAL_GRADIENT_EPSILON}); }
`;

/** `pile` of all lanes into its first element, by a rule `join(to, from)`. */
const TREE = `
  pile[local] = own;
  for (var half = WORKGROUP / 2u; half > 0u; half /= 2u) {
    workgroupBarrier();
    if (local < half) { pile[local] = join(pile[local], pile[local + half]); }
  }
  workgroupBarrier();`;

const JOIN_EXTREMES = `${EXTREMES}
var<workgroup> pile: array<vec4<f32>, WORKGROUP>;
fn join(a: vec4<f32>, b: vec4<f32>) -> vec4<f32> {
  return vec4<f32>(lower(a.x, b.x), higher(a.y, b.y), lower(a.z, b.z), higher(a.w, b.w));
}`;

const WRITE_EXTREMES = `${TREE}
  if (local == 0u) {
    for (var k = 0u; k < 4u; k++) { parts[group * 4u + k] = pile[0][k]; }
  }`;

function pass<Buffers extends string>(
  name: string,
  workgroupSize: number,
  buffers: StatisticsShader<Buffers>['buffers'],
  body: string,
  sharedBytes = 0,
): StatisticsShader<Buffers> {
  return {
    name: `gradientStatistics.${name}`,
    buffers,
    uniforms: UNIFORMS,
    constants: { RUN },
    workgroupSize,
    sharedBytes,
    body,
  };
}

/** Extremes of t and g over the pixels of each workgroup, [groups, 4]. */
export const extremesPass = (size: number) =>
  pass(
    'extremes',
    size,
    { x: 'read', parts: 'read_write' },
    `${DIFFERENCES}${JOIN_EXTREMES}
fn main(group: u32, local: u32) {
  let t = spatial(0u, 0u);
  let g = spectral(0u, 0u);
  var own = vec4<f32>(t, t, g, g);
  for (var p = group * WORKGROUP + local; p < uniforms.pixels; p += uniforms.groups * WORKGROUP) {
    for (var k = 0u; k < 2u * uniforms.channels; k++) {
      let v = spatial(p, k);
      own = join(own, vec4<f32>(v, v, own.z, own.w));
    }
    for (var c = 0u; c + 1u < uniforms.channels; c++) {
      let v = spectral(p, c);
      own = join(own, vec4<f32>(own.x, own.y, v, v));
    }
  }
${WRITE_EXTREMES}
}`,
    16 * size,
  );

/** Those of all workgroups (`runs` of them) as one. */
export const joinPass = (size: number) =>
  pass(
    'join',
    size,
    { found: 'read', parts: 'read_write' },
    `${JOIN_EXTREMES}
fn main(group: u32, local: u32) {
  var own = vec4<f32>(found[0], found[1], found[2], found[3]);
  for (var i = local; i < uniforms.runs; i += WORKGROUP) {
    own = join(own, vec4<f32>(found[4u * i], found[4u * i + 1u], found[4u * i + 2u], found[4u * i + 3u]));
  }
${WRITE_EXTREMES}
}`,
    16 * size,
  );

/** Mean and maximum of n of each pixel. */
export const mapsPass = (size: number) =>
  pass(
    'maps',
    size,
    { x: 'read', extremes: 'read', maps: 'read_write' },
    `${DIFFERENCES}${RANGES}
fn main(group: u32, local: u32) {
  let p = group * WORKGROUP + local;
  if (p >= uniforms.pixels) { return; }
  let low = extremes[0];
  var sum = 0.0;
  var top = spatial(p, 0u);
  for (var k = 0u; k < 2u * uniforms.channels; k++) {
    let v = spatial(p, k);
    sum += v - low;
    top = max(top, v);
  }
  maps[2u * p] = sum / f32(2u * uniforms.channels) * ofSpatial();
  maps[2u * p + 1u] = (top - low) * ofSpatial();
}`,
  );

/** One invocation follows band c over run r of sample b: [B, runs, C - 1]. */
const EACH_RUN = `
fn main(group: u32, local: u32) {
  let i = group * WORKGROUP + local;
  let bands = uniforms.channels - 1u;
  let size = uniforms.height * uniforms.width;
  let c = i % bands;
  let sample = i / bands / uniforms.runs;
  if (sample * size >= uniforms.pixels) { return; }
  let first = sample * size + i / bands % uniforms.runs * RUN;
  let end = min(first + RUN, (sample + 1u) * size);`;

/** Sum of g - low and maximum of g of each band over runs of pixels, one after the other in `bands`. */
export const bandsPass = (size: number) =>
  pass(
    'bands',
    size,
    { x: 'read', extremes: 'read', found: 'read_write' },
    `${DIFFERENCES}${EACH_RUN}
  var sum = 0.0;
  var top = spectral(first, c);
  for (var p = first; p < end; p++) {
    let v = spectral(p, c);
    sum += v - extremes[2];
    top = max(top, v);
  }
  found[2u * i] = sum;
  found[2u * i + 1u] = top;
}`,
  );

/** A workgroup takes a band of a sample: mean and maximum of m, and the maximum as it is in `tops` [B, C - 1]. */
export const poolPass = (size: number) =>
  pass(
    'pool',
    size,
    { found: 'read', extremes: 'read', pooled: 'read_write', tops: 'read_write' },
    `${RANGES}
var<workgroup> pile: array<vec2<f32>, WORKGROUP>;
fn join(a: vec2<f32>, b: vec2<f32>) -> vec2<f32> { return vec2<f32>(a.x + b.x, max(a.y, b.y)); }
fn main(group: u32, local: u32) {
  let bands = uniforms.channels - 1u;
  let sample = group / bands;
  let c = group % bands;
  var own = vec2<f32>(0.0, extremes[2]);
  for (var r = local; r < uniforms.runs; r += WORKGROUP) {
    let at = 2u * ((sample * uniforms.runs + r) * bands + c);
    own = join(own, vec2<f32>(found[at], found[at + 1u]));
  }
${TREE}
  if (local > 0u) { return; }
  let mean = pile[0].x / f32(uniforms.height * uniforms.width) * ofSpectral();
  let top = (pile[0].y - extremes[2]) * ofSpectral();
  tops[group] = pile[0].y;
  let at = 2u * sample * uniforms.channels + c;
  pooled[at] = mean;
  pooled[at + uniforms.channels] = top;
  if (c == bands - 1u) {
    pooled[at + 1u] = mean;
    pooled[at + uniforms.channels + 1u] = top;
  }
}`,
    8 * size,
  );

/** The first element of t with a pixel's maximum; for each workgroup how many elements have the extremes, and sum dn n and sum dn of the maps. */
export const totalsPass = (size: number) =>
  pass(
    'totals',
    size,
    { x: 'read', extremes: 'read', maps: 'read', dmaps: 'read', index: 'read_write', parts: 'read_write' },
    `${DIFFERENCES}
struct Totals { ties: vec4<f32>, sums: vec2<f32> };
var<workgroup> pile: array<Totals, WORKGROUP>;
fn join(a: Totals, b: Totals) -> Totals { return Totals(a.ties + b.ties, a.sums + b.sums); }
fn main(group: u32, local: u32) {
  var own = Totals(vec4<f32>(), vec2<f32>());
  for (var p = group * WORKGROUP + local; p < uniforms.pixels; p += uniforms.groups * WORKGROUP) {
    var at = 0u;
    var top = spatial(p, 0u);
    for (var k = 0u; k < 2u * uniforms.channels; k++) {
      let v = spatial(p, k);
      if (v > top) {
        top = v;
        at = k;
      }
      own.ties += vec4<f32>(f32(v == extremes[0]), f32(v == extremes[1]), 0.0, 0.0);
    }
    index[p] = f32(at);
    for (var c = 0u; c + 1u < uniforms.channels; c++) {
      let v = spectral(p, c);
      own.ties += vec4<f32>(0.0, 0.0, f32(v == extremes[2]), f32(v == extremes[3]));
    }
    for (var e = 2u * p; e < 2u * p + 2u; e++) { own.sums += dmaps[e] * vec2<f32>(maps[e], 1.0); }
  }
${TREE}
  if (local > 0u) { return; }
  for (var k = 0u; k < 4u; k++) { parts[6u * group + k] = pile[0].ties[k]; }
  parts[6u * group + 4u] = pile[0].sums.x;
  parts[6u * group + 5u] = pile[0].sums.y;
}`,
    32 * size,
  );

/** dlow and dhigh of t and g, each for one of the elements that share it, behind the extremes: [8]. `totals` are the sums of all parts, [6]. */
export const sharesPass = (size: number) =>
  pass(
    'shares',
    size,
    { extremes: 'read', totals: 'read', pooled: 'read', dpooled: 'read', shares: 'read_write' },
    `${RANGES}
var<workgroup> pile: array<vec2<f32>, WORKGROUP>;
fn join(a: vec2<f32>, b: vec2<f32>) -> vec2<f32> { return a + b; }
fn main(group: u32, local: u32) {
  var own = vec2<f32>();
  let count = uniforms.pixels / (uniforms.height * uniforms.width) * 2u * uniforms.channels;
  for (var e = local; e < count; e += WORKGROUP) { own += dpooled[e] * vec2<f32>(pooled[e], 1.0); }
${TREE}
  if (local > 0u) { return; }
  for (var k = 0u; k < 4u; k++) { shares[k] = extremes[k]; }
  // dlow = sum dn (n - 1) / r;  dhigh = -sum dn n / r
  shares[4] = (totals[4] - totals[5]) * ofSpatial() / totals[0];
  shares[5] = -totals[4] * ofSpatial() / totals[1];
  shares[6] = (pile[0].x - pile[0].y) * ofSpectral() / totals[2];
  shares[7] = -pile[0].x * ofSpectral() / totals[3];
}`,
    8 * size,
  );

/** The first pixel of each run with the band's maximum, counted in its sample; the sample's size where there is none. */
export const firstsPass = (size: number) =>
  pass(
    'firsts',
    size,
    { x: 'read', tops: 'read', found: 'read_write' },
    `${DIFFERENCES}${EACH_RUN}
  var at = size;
  for (var p = first; p < end; p++) {
    if (spectral(p, c) == tops[sample * bands + c]) {
      at = p - sample * size;
      break;
    }
  }
  found[i] = f32(at);
}`,
  );

/** Of each band what its mean gives to a pixel, what its maximum gives, and to which: [B, C - 1, 3]. */
export const bandGradientsPass = (size: number) =>
  pass(
    'bandGradients',
    size,
    { found: 'read', extremes: 'read', dpooled: 'read', bands: 'read_write' },
    `${RANGES}
var<workgroup> pile: array<f32, WORKGROUP>;
fn join(a: f32, b: f32) -> f32 { return min(a, b); }
fn main(group: u32, local: u32) {
  let count = uniforms.channels - 1u;
  let sample = group / count;
  let c = group % count;
  var own = f32(uniforms.height * uniforms.width);
  for (var r = local; r < uniforms.runs; r += WORKGROUP) {
    own = min(own, found[(sample * uniforms.runs + r) * count + c]);
  }
${TREE}
  if (local > 0u) { return; }
  let at = 2u * sample * uniforms.channels + c;
  var mean = dpooled[at];
  var top = dpooled[at + uniforms.channels];
  if (c == count - 1u) { // the last channel is a copy of the one before it
    mean += dpooled[at + 1u];
    top += dpooled[at + uniforms.channels + 1u];
  }
  bands[3u * group] = mean * ofSpectral() / f32(uniforms.height * uniforms.width);
  bands[3u * group + 1u] = top * ofSpectral();
  bands[3u * group + 2u] = pile[0];
}`,
    4 * size,
  );

/** dx, gathered from the differences that an element takes part in. `extremes` with the shares behind them. */
export const gatherPass = (size: number) =>
  pass(
    'gather',
    size,
    { x: 'read', dmaps: 'read', index: 'read', bands: 'read', extremes: 'read', dx: 'read_write' },
    `${DIFFERENCES}${RANGES}
fn shared_by(v: f32, first: u32) -> f32 {
  var amount = 0.0;
  if (v == extremes[first]) { amount += extremes[4u + first]; }
  if (v == extremes[first + 1u]) { amount += extremes[5u + first]; }
  return amount;
}
fn dspatial(p: u32, k: u32) -> f32 {
  var amount = dmaps[2u * p] / f32(2u * uniforms.channels);
  if (index[p] == f32(k)) { amount += dmaps[2u * p + 1u]; }
  return amount * ofSpatial() + shared_by(spatial(p, k), 0u);
}
fn dspectral(p: u32, c: u32) -> f32 {
  let size = uniforms.height * uniforms.width;
  let at = 3u * (p / size * (uniforms.channels - 1u) + c);
  var amount = bands[at];
  if (bands[at + 2u] == f32(p % size)) { amount += bands[at + 1u]; }
  return amount + shared_by(spectral(p, c), 2u);
}
/** What element number 'at' of 'size' along an axis gets from the differences k of pixels that are 'apart'. */
fn along(p: u32, k: u32, at: u32, size: u32, apart: u32) -> f32 {
  var sum = 0.0;
  if (at + 1u < size) { sum -= dspatial(p, k); }
  if (at > 0u) { sum += dspatial(p - apart, k); }
  let last = p + (size - 1u - at) * apart;
  if (at + 3u == size) { sum -= dspatial(last, k); }
  if (at + 2u == size) { sum += dspatial(last, k); }
  return sum;
}
fn main(group: u32, local: u32) {
  let e = group * WORKGROUP + local;
  let C = uniforms.channels;
  let p = e / C;
  let c = e % C;
  if (p >= uniforms.pixels) { return; }
  var sum = along(p, c, p % uniforms.width, uniforms.width, 1u);
  sum += along(p, C + c, p / uniforms.width % uniforms.height, uniforms.height, uniforms.width);
  if (c + 1u < C) { sum -= dspectral(p, c); }
  if (c > 0u) { sum += dspectral(p, c - 1u); }
  dx[e] = sum;
}`,
  );
