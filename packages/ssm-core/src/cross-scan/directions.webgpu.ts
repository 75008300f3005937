import {
  dispatchEach,
  newArray,
  sizeOf,
  type EachShader,
  type WebgpuBackend,
} from '@prismamba/backend/internal';
import type * as tf from '@tensorflow/tfjs-core';

/** Sequences of a map's pixels in several directions, and how they lie. */
export interface Directions {
  /** Direction numbers, see `scan-directions.ts`; up to 16. */
  readonly directions: readonly number[];
  readonly height: number;
  readonly width: number;
  /** Sequences are [B, L, K, C] where true, [B, K, L, C] else. */
  readonly tokensFirst: boolean;
}

/** Columns of a map's rows [B H W, row]: direction k has C of them from `first + k apart` on. */
export interface Columns {
  readonly row: number;
  readonly first: number;
  readonly apart: number;
}

const UNIFORMS = [
  'directions',
  'number',
  'height',
  'width',
  'channels',
  'row',
  'first',
  'apart',
  'tokens_first',
] as const;

/** See `pixelOfToken`. */
const ORDER = `
fn directionOf(k: u32) -> u32 { return (uniforms.directions >> (2u * k)) & 3u; }
fn pixelOf(k: u32, t: u32) -> u32 {
  let direction = directionOf(k);
  let forward = select(t, uniforms.height * uniforms.width - 1u - t, direction >= 2u);
  if (direction % 2u == 0u) { return forward; }
  return (forward % uniforms.height) * uniforms.width + forward / uniforms.height;
}
fn tokenOf(k: u32, pixel: u32) -> u32 {
  let direction = directionOf(k);
  let column = (pixel % uniforms.width) * uniforms.height + pixel / uniforms.width;
  let forward = select(column, pixel, direction % 2u == 0u);
  return select(forward, uniforms.height * uniforms.width - 1u - forward, direction >= 2u);
}`;

/** Element i of the sequences and the element of the map that it meets. */
const EACH = `${ORDER}
fn each(i: u32) {
  let L = uniforms.height * uniforms.width;
  let c = i % uniforms.channels;
  let outer = i / uniforms.channels;
  let sample = outer / (uniforms.number * L);
  let within = outer % (uniforms.number * L);
  let k = select(within / L, within % uniforms.number, uniforms.tokens_first == 1u);
  let t = select(within % L, within / uniforms.number, uniforms.tokens_first == 1u);
  let at = (sample * L + pixelOf(k, t)) * uniforms.row + uniforms.first + k * uniforms.apart + c;`;

const readShader = {
  name: 'crossScan.read',
  buffers: { map: 'read', sequences: 'read_write' },
  uniforms: UNIFORMS,
  constants: {},
  body: `${EACH}\n  sequences[i] = map[at];\n}`,
} satisfies EachShader;

const placeShader = {
  name: 'crossScan.place',
  buffers: { sequences: 'read', map: 'read_write' },
  uniforms: UNIFORMS,
  constants: {},
  body: `${EACH}\n  map[at] = sequences[i];\n}`,
} satisfies EachShader;

/** The directions are summed in their order. */
const mergeShader = {
  name: 'crossScan.merge',
  buffers: { sequences: 'read', map: 'read_write' },
  uniforms: UNIFORMS,
  constants: {},
  body: `${ORDER}
fn each(i: u32) {
  let L = uniforms.height * uniforms.width;
  let K = uniforms.number;
  let c = i % uniforms.channels;
  let pixel = i / uniforms.channels % L;
  let sample = i / uniforms.channels / L;
  var sum = 0.0;
  for (var k = 0u; k < K; k++) {
    let t = tokenOf(k, pixel);
    let token = select((sample * K + k) * L + t, (sample * L + t) * K + k, uniforms.tokens_first == 1u);
    sum += sequences[token * uniforms.channels + c];
  }
  map[i] = sum;
}`,
} satisfies EachShader;

function uniformsOf(
  { directions, height, width, tokensFirst }: Directions,
  channels: number,
  { row, first, apart }: Columns,
) {
  return {
    directions: directions.reduce((code, direction, k) => code + direction * 4 ** k, 0),
    number: directions.length,
    height,
    width,
    channels,
    row,
    first,
    apart,
    tokens_first: Number(tokensFirst),
  };
}

/** All columns of a map, the same for every direction. */
const allOf = (channels: number): Columns => ({ row: channels, first: 0, apart: 0 });

/** C channels of a map as sequences of the given shape. */
export function readDirections(
  gpu: WebgpuBackend,
  map: tf.TensorInfo,
  directions: Directions,
  shape: readonly number[],
  columns = allOf(shape.at(-1)!),
): tf.TensorInfo {
  const sequences = newArray(gpu, shape);
  dispatchEach(gpu, readShader, {
    buffers: { map, sequences },
    uniforms: uniformsOf(directions, shape.at(-1)!, columns),
    count: sizeOf(sequences),
  });
  return sequences;
}

/** Sequences of C channels back as columns of a map that is there, each direction its own. */
export function placeDirections(
  gpu: WebgpuBackend,
  sequences: tf.TensorInfo,
  directions: Directions,
  channels: number,
  map: tf.TensorInfo,
  columns: Columns,
): void {
  dispatchEach(gpu, placeShader, {
    buffers: { sequences, map },
    uniforms: uniformsOf(directions, channels, columns),
    count: sizeOf(sequences),
  });
}

/** Sequences back as a map of the given shape, the directions summed. */
export function mergeDirections(
  gpu: WebgpuBackend,
  sequences: tf.TensorInfo,
  directions: Directions,
  shape: readonly number[],
): tf.TensorInfo {
  const map = newArray(gpu, shape);
  const channels = shape.at(-1)!;
  dispatchEach(gpu, mergeShader, {
    buffers: { sequences, map },
    uniforms: uniformsOf(directions, channels, allOf(channels)),
    count: sizeOf(map),
  });
  return map;
}
