// Layer norm and activations on a tile of tokens. Rows in a tile are padded with zeros to multiples of 4 floats.
import { madd, sumLanes } from '@prismamba/backend/assembly/simd-math';
import { exp2, splat, TABLE_C0, TABLE_LOG2E, TABLE_LOWEST, TABLE_MAGIC } from './exp2.as';
import { storeLanes, up4 } from './tile-gemm.as';

/** All ones in the first `count` (1 to 4) lanes. */
@inline
export function laneMask(count: i32): v128 {
  return i32x4.lt_s(i32x4(0, 1, 2, 3), i32x4.splat(count));
}

/** Lanes of the last vector of a row of `count` floats. */
@inline
export function lastLanes(count: i32): i32 {
  return count - up4(count) + 4;
}

/** Loads the first `count` (1 to 4) lanes and zeros; reads nothing beyond them. */
@inline
export function loadLanes(from: usize, count: i32): v128 {
  if (count >= 4) return v128.load(from);
  if (count == 1) return v128.load32_zero(from);
  const two = v128.load64_zero(from);
  return count == 2 ? two : v128.load_lane<f32>(from, two, 2, 8);
}

/** Copies rows of `count` floats into the tile, padded with zeros. Strides in bytes. */
export function gatherRows(tokens: i32, from: usize, ldf: usize, count: i32, to: usize, ldt: usize): void {
  const whole = (count >> 2) << 4;
  const rest = count & 3;
  for (let t = 0; t < tokens; t++, from += ldf, to += ldt) {
    let i: usize = 0;
    for (; i < (whole as usize); i += 16) v128.store(to + i, v128.load(from + i));
    if (rest > 0) v128.store(to + i, loadLanes(from + i, rest));
  }
}

/** Below this part of the squared mean the rounding of the mean decides the variance: a spread of about 1e-4 of the values. */
const ROUNDED: f32 = 1e-8;

/**
 * Normalises rows of `count` floats in place: (x - mean) / sqrt(var + epsilon); the padding stays 0.
 * `scales` [tokens] receives 1 / sqrt(var + epsilon). A row that is nearly constant is centred twice, which takes the rounding of
 * its mean away (a constant row gives 0); all others are centred once.
 */
export function normaliseRows(tokens: i32, tile: usize, ld: usize, count: i32, epsilon: f32, scales: usize): void {
  const end = (up4(count) as usize) << 2;
  const last = end - 16;
  const mask = laneMask(lastLanes(count));
  const inverse: f32 = 1 / (count as f32);
  for (let t = 0; t < tokens; t++, tile += ld) {
    let sum = f32x4.splat(0);
    for (let i: usize = 0; i < end; i += 16) sum = f32x4.add(sum, v128.load(tile + i));
    const middle: f32 = sumLanes(sum) * inverse;
    let mean = f32x4.splat(middle);
    let squares = f32x4.splat(0);
    for (let i: usize = 0; i < last; i += 16) {
      const centred = f32x4.sub(v128.load(tile + i), mean);
      squares = madd(centred, centred, squares);
    }
    let end4 = v128.and(f32x4.sub(v128.load(tile + last), mean), mask);
    squares = madd(end4, end4, squares);
    if (sumLanes(squares) * inverse < ROUNDED * middle * middle) {
      centreRow(tile, last, mean, mask);
      mean = f32x4.splat(rowSum(tile, end) * inverse);
      squares = f32x4.splat(0);
      for (let i: usize = 0; i < last; i += 16) {
        const centred = f32x4.sub(v128.load(tile + i), mean);
        squares = madd(centred, centred, squares);
      }
      end4 = v128.and(f32x4.sub(v128.load(tile + last), mean), mask);
      squares = madd(end4, end4, squares);
    }
    const scale: f32 = 1 / sqrt<f32>(sumLanes(squares) * inverse + epsilon);
    store<f32>(scales + ((t as usize) << 2), scale);
    const factor = f32x4.splat(scale);
    for (let i: usize = 0; i < last; i += 16) {
      v128.store(tile + i, f32x4.mul(f32x4.sub(v128.load(tile + i), mean), factor));
    }
    v128.store(tile + last, f32x4.mul(end4, factor));
  }
}

function rowSum(row: usize, end: usize): f32 {
  let sum = f32x4.splat(0);
  for (let i: usize = 0; i < end; i += 16) sum = f32x4.add(sum, v128.load(row + i));
  return sumLanes(sum);
}

/** row - mean in place; the padding, which `mask` leaves out of the last vector, stays 0. */
function centreRow(row: usize, last: usize, mean: v128, mask: v128): void {
  for (let i: usize = 0; i < last; i += 16) v128.store(row + i, f32x4.sub(v128.load(row + i), mean));
  v128.store(row + last, v128.and(f32x4.sub(v128.load(row + last), mean), mask));
}

/** Tile of [xhat, 1] of tokens of C floats; without a norm [x, 1]. Rows of `ld` bytes, the padding 0. */
export function normalisedRows(x: usize, tokens: i32, C: i32, norm: bool, epsilon: f32, tile: usize, ld: usize, scales: usize): void {
  const width = (C as usize) << 2;
  gatherRows(tokens, x, width, C, tile, ld);
  if (norm) normaliseRows(tokens, tile, ld, C, epsilon, scales);
  for (let t = 0; t < tokens; t++) {
    const at = tile + width + (t as usize) * ld;
    store<f32>(at, 1);
    for (let i = C + 1; i < up4(C + 1); i++) store<f32>(at + (((i - C) as usize) << 2), 0);
  }
}

/**
 * dx = scale (d - mean d - xhat mean(d xhat)) on rows of `count` floats, written with that width to `to`. Rows of d and
 * xhat hold zeros in their padding.
 */
export function normaliseRowsBackward(
  tokens: i32,
  d: usize,
  ldd: usize,
  xhat: usize,
  ldx: usize,
  count: i32,
  scales: usize,
  to: usize,
  ldt: usize,
): void {
  const end = (up4(count) as usize) << 2;
  const last = end - 16;
  const tail = lastLanes(count);
  const inverse: f32 = 1 / (count as f32);
  for (let t = 0; t < tokens; t++, d += ldd, xhat += ldx, to += ldt) {
    let sum = f32x4.splat(0);
    let along = f32x4.splat(0);
    for (let i: usize = 0; i < end; i += 16) {
      const g = v128.load(d + i);
      sum = f32x4.add(sum, g);
      along = madd(g, v128.load(xhat + i), along);
    }
    const mean = f32x4.splat(sumLanes(sum) * inverse);
    const slope = f32x4.splat(sumLanes(along) * inverse);
    const scale = f32x4.splat(load<f32>(scales + ((t as usize) << 2)));
    for (let i: usize = 0; i < last; i += 16) {
      const x = v128.load(xhat + i);
      v128.store(to + i, f32x4.mul(scale, f32x4.sub(f32x4.sub(v128.load(d + i), mean), f32x4.mul(x, slope))));
    }
    const x = v128.load(xhat + last);
    const v = f32x4.mul(scale, f32x4.sub(f32x4.sub(v128.load(d + last), mean), f32x4.mul(x, slope)));
    storeLanes(to + last, v, tail);
  }
}

/** to[i] = 1 / (1 + exp(-from[i])) for `bytes` (a multiple of 16) of floats; in place is allowed. */
export function sigmoidRun(from: usize, to: usize, bytes: usize, table: usize): void {
  const lowest = splat(table, TABLE_LOWEST);
  const magic = splat(table, TABLE_MAGIC);
  const c0 = splat(table, TABLE_C0);
  const c1 = splat(table, TABLE_C0 + 4);
  const c2 = splat(table, TABLE_C0 + 8);
  const c3 = splat(table, TABLE_C0 + 12);
  const c4 = splat(table, TABLE_C0 + 16);
  const c5 = splat(table, TABLE_C0 + 20);
  const minusLog2e = f32x4.neg(splat(table, TABLE_LOG2E));
  const highest = f32x4.neg(lowest); // 2^126: 1 / (1 + 2^126) is a normal number
  const one = f32x4.splat(1);
  for (let i: usize = 0; i < bytes; i += 16) {
    const x = f32x4.pmin(f32x4.mul(v128.load(from + i), minusLog2e), highest);
    const e = exp2(x, lowest, magic, c0, c1, c2, c3, c4, c5);
    v128.store(to + i, f32x4.div(one, f32x4.add(one, e)));
  }
}
