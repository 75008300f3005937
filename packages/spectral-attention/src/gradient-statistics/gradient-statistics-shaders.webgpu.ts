import { IS_NAN, type Shader } from '@prismamba/backend/internal';
import { SPECTRAL_GRADIENT_EPSILON } from './gradient-statistics.operator.js';

/** Pixels of a sample over which one invocation follows one band. */
export const RUN = 64;

const UNIFORMS = ['pixels', 'height', 'width', 'channels', 'runs'] as const;

/** A pass over the maps; its `buffers` decide what `body` may call. */
export type StatisticsShader<Buffers extends string> = Shader<Buffers, (typeof UNIFORMS)[number]>;

/** The differences, computed where they are read: the same bits every time, so that ties are found by comparing. */
export const DIFFERENCES = `
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

/** They keep NaN, and all that is computed from an extreme has it. */
const EXTREMES = `${IS_NAN}fn lower(a: f32, b: f32) -> f32 {
  if (isNan(a)) { return a; }
  if (isNan(b)) { return b; }
  return min(a, b);
}
fn higher(a: f32, b: f32) -> f32 { return -lower(-a, -b); }
`;

/** 1 / r of t, 0 where all of t is the same; 1 / r of g. `extremes`: low and high of t, then of g. */
export const RANGES = `
fn ofSpatial() -> f32 {
  let range = extremes[1] - extremes[0];
  if (range == 0.0) { return 0.0; }
  return 1.0 / range;
}
fn ofSpectral() -> f32 { return 1.0 / (extremes[3] - extremes[2] + ${SPECTRAL_GRADIENT_EPSILON}); }
`;

/** `pile` of all lanes into its first element, by a rule `join(to, from)`. */
export const TREE = `
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

/** A pass by its name, buffers and WGSL. */
export function pass<Buffers extends string>(
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

/** Those of all workgroups (`runs` of them) as one: [runs, 4] to [4]. */
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

/** Mean and maximum of n of each pixel, [B, H, W, 2]. */
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
export const EACH_RUN = `
fn main(group: u32, local: u32) {
  let i = group * WORKGROUP + local;
  let bands = uniforms.channels - 1u;
  let size = uniforms.height * uniforms.width;
  let c = i % bands;
  let sample = i / bands / uniforms.runs;
  if (sample * size >= uniforms.pixels) { return; }
  let first = sample * size + i / bands % uniforms.runs * RUN;
  let end = min(first + RUN, (sample + 1u) * size);`;

/** Sum of g - low and maximum of g of each band over runs of pixels, one after the other: [B, runs, C - 1, 2]. */
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

/** A workgroup takes a band of a sample: mean and maximum of m, pooled [B, 2, C], and the maximum as it is in `tops` [B, C - 1]. */
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
