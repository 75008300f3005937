// The forward pass: mean and maximum of t for each pixel, the statistics of each row (`rowFloats`).
//
// Comparing forgets NaN, adding does not: a row whose sums are NaN has NaN extremes, and with them all of the result is NaN, as
// its definition says (low and high are those of the whole tensor).
import { sumLanes } from '@prismamba/backend/assembly/simd-math';
import { bytesOf, highestLane, INFINITY, reflected, rowFloats } from './elements.as';

@inline
function lowestLane(v: v128): f32 {
  const a = f32x4.pmin(v, v128.shuffle<f32>(v, v, 2, 3, 0, 1));
  return min<f32>(f32x4.extract_lane(a, 0), f32x4.extract_lane(a, 1));
}

/** Keeps the last `count` (1 to 4) lanes: those of an overlapping last vector that are new. */
@inline
function newLanes(count: i32): v128 {
  return i32x4.ge_s(i32x4(0, 1, 2, 3), i32x4.splat(4 - count));
}

/** Rows `first` to `end` of the B H rows: maps [B H][W][2] (mean, maximum of t), rows [B H][rowFloats]. */
export function statistics(
  x: usize,
  maps: usize,
  rows: usize,
  first: i32,
  end: i32,
  H: i32,
  W: i32,
  C: i32,
): void {
  const rowBytes = bytesOf(W * C);
  for (let row = first; row < end; row++) {
    const y = row % H;
    const upper = x + ((row - y + reflected(y, H)) as usize) * rowBytes;
    const here = x + (row as usize) * rowBytes;
    const out = rows + bytesOf(row * rowFloats(C));
    const map = maps + bytesOf(2 * row * W);
    if (C < 5) rowScalar(here, upper, rowBytes, map, out, W, C);
    else rowVector(here, upper, rowBytes, map, out, W, C);
  }
}

function rowVector(here: usize, upper: usize, rowBytes: usize, map: usize, out: usize, W: i32, C: i32): void {
  let total = f32x4.splat(0);
  const step = bytesOf(C);
  const sums = out + 16;
  const maxima = sums + bytesOf(C - 1);
  // the last vector of a row of n values starts at n - 4 and overlaps the one before
  const lastT = bytesOf(C - 4);
  const lastG = bytesOf(C - 5);
  const maskT = newLanes(((C - 1) & 3) + 1);
  const maskG = newLanes(((C - 2) & 3) + 1);
  const inverse: f32 = 1 / ((C << 1) as f32);
  const zero = f32x4.splat(0);
  memory.fill(sums, 0, bytesOf(C - 1));
  for (let c = 0; c < C - 1; c++) store<f32>(maxima + bytesOf(c), -INFINITY);
  let low = f32x4.splat(INFINITY);
  let high = f32x4.splat(-INFINITY);
  let lowG = low;
  for (let j = 0; j < W; j++) {
    const left = here + (reflected(j, W) as usize) * step;
    const up = upper + (j as usize) * step;
    const pixel = here + (j as usize) * step;
    let sum = zero;
    let top = f32x4.splat(-INFINITY);
    let i: usize = 0;
    for (; i < lastT; i += 16) {
      const gx = f32x4.sub(v128.load(left + i + step), v128.load(left + i));
      const gy = f32x4.sub(v128.load(up + i + rowBytes), v128.load(up + i));
      sum = f32x4.add(sum, f32x4.add(gx, gy));
      top = f32x4.pmax(top, f32x4.pmax(gx, gy));
      low = f32x4.pmin(low, f32x4.pmin(gx, gy));
    }
    const gx = f32x4.sub(v128.load(left + lastT + step), v128.load(left + lastT));
    const gy = f32x4.sub(v128.load(up + lastT + rowBytes), v128.load(up + lastT));
    sum = f32x4.add(sum, v128.and(f32x4.add(gx, gy), maskT));
    top = f32x4.pmax(top, f32x4.pmax(gx, gy));
    low = f32x4.pmin(low, f32x4.pmin(gx, gy));
    high = f32x4.pmax(high, top);
    total = f32x4.add(total, sum);
    store<f32>(map, sumLanes(sum) * inverse);
    store<f32>(map, highestLane(top), 4);
    map += 8;
    for (i = 0; i < lastG; i += 16) {
      const g = f32x4.sub(v128.load(pixel + i, 4), v128.load(pixel + i));
      lowG = f32x4.pmin(lowG, g);
      v128.store(sums + i, f32x4.add(v128.load(sums + i), g));
      v128.store(maxima + i, f32x4.pmax(v128.load(maxima + i), g));
    }
    const g = f32x4.sub(v128.load(pixel + lastG, 4), v128.load(pixel + lastG));
    lowG = f32x4.pmin(lowG, g);
    v128.store(sums + lastG, f32x4.add(v128.load(sums + lastG), v128.and(g, maskG)));
    v128.store(maxima + lastG, f32x4.pmax(v128.load(maxima + lastG), g));
  }
  storeExtremes(out, lowestLane(low), highestLane(high), lowestLane(lowG), sumLanes(total), C);
}

/** The extremes of a row of t and of g, all NaN where a sum of theirs is (`total` is that of t). */
function storeExtremes(out: usize, low: f32, high: f32, lowG: f32, total: f32, C: i32): void {
  for (let c = 0; c < C - 1; c++) total += load<f32>(out + 16 + bytesOf(c));
  const lost = isNaN(total);
  store<f32>(out, lost ? (NaN as f32) : low);
  store<f32>(out, lost ? (NaN as f32) : high, 4);
  store<f32>(out, lost ? (NaN as f32) : lowG, 8);
  store<f32>(out, lost ? (NaN as f32) : highest(out + 16 + bytesOf(C - 1), C - 1), 12);
}

function highest(from: usize, count: i32): f32 {
  let value: f32 = -INFINITY;
  for (let c = 0; c < count; c++) value = max<f32>(value, load<f32>(from + bytesOf(c)));
  return value;
}

/** The same for fewer than 5 channels. */
function rowScalar(here: usize, upper: usize, rowBytes: usize, map: usize, out: usize, W: i32, C: i32): void {
  const step = bytesOf(C);
  const sums = out + 16;
  const maxima = sums + bytesOf(C - 1);
  let total: f32 = 0;
  for (let c = 0; c < C - 1; c++) {
    store<f32>(sums + bytesOf(c), 0);
    store<f32>(maxima + bytesOf(c), -INFINITY);
  }
  let low: f32 = INFINITY;
  let high: f32 = -INFINITY;
  let lowG: f32 = INFINITY;
  for (let j = 0; j < W; j++) {
    const left = here + (reflected(j, W) as usize) * step;
    const up = upper + (j as usize) * step;
    const pixel = here + (j as usize) * step;
    let sum: f32 = 0;
    let top: f32 = -INFINITY;
    for (let c = 0; c < C; c++) {
      const at = bytesOf(c);
      const gx = load<f32>(left + at + step) - load<f32>(left + at);
      const gy = load<f32>(up + at + rowBytes) - load<f32>(up + at);
      sum += gx + gy;
      top = max<f32>(top, max<f32>(gx, gy));
      low = min<f32>(low, min<f32>(gx, gy));
      if (c == C - 1) continue;
      const g = load<f32>(pixel + at, 4) - load<f32>(pixel + at);
      lowG = min<f32>(lowG, g);
      store<f32>(sums + at, load<f32>(sums + at) + g);
      store<f32>(maxima + at, max<f32>(load<f32>(maxima + at), g));
    }
    high = max<f32>(high, top);
    total += sum;
    store<f32>(map, sum / ((C << 1) as f32));
    store<f32>(map, top, 4);
    map += 8;
  }
  storeExtremes(out, low, high, lowG, total, C);
}
