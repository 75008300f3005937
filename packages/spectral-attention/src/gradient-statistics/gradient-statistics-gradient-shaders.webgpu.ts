import { DIFFERENCES, EACH_RUN, RANGES, TREE, pass } from './gradient-statistics-shaders.webgpu.js';

/**
 * The first element of t with a pixel's maximum, index [B, H, W]; for each workgroup how many elements have the extremes, and sum dn n and
 * sum dn of the maps, parts [groups, 6].
 */
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

/** The first pixel of each run with the band's maximum, counted in its sample; the sample's size where there is none: [B, runs, C - 1]. */
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

/** dx [B, H, W, C], gathered from the differences that an element takes part in. `extremes` with the shares behind them, [8]. */
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
