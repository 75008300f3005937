// Statistics of the gradients of a map [B, H, W, C] that both gradient attentions need, from one pass over it.
//
// t = [gx, gy] (2C values a pixel; forward differences, far edge reflected: index size - 1 is index size - 3) and
// g[c] = x[c+1] - x[c]. Mean and maximum commute with the affine normalisation (v - low) / range, so the normalised
// gradients are never formed: the pass leaves mean and maximum of t for each pixel, and for each row of the batch its
// extremes of t and g and sum and maximum of g for each band. `finish` joins the rows and normalises.
// Backward: the mean's gradient is one number a pixel and one vector a sample; maxima and extremes touch single
// elements, which are found again by comparing.
// Memory: maps, 4 + 2 (C - 1) floats a row; backward 4 bytes a pixel of scratch. Rows are independent.
import { sumLanes } from '../../backend/assembly/lib/simd-math';

const INFINITY: f32 = f32.MAX_VALUE;

// @ts-ignore: decorator
@inline
function bytesOf(floats: i32): usize {
  return (floats as usize) << 2;
}

/** Floats of one row of the statistics: low and high of t, low and high of g, sums of g, maxima of g. */
export function rowFloats(C: i32): i32 {
  return 4 + 2 * (C - 1);
}

// @ts-ignore: decorator
@inline
function highestLane(v: v128): f32 {
  const a = f32x4.pmax(v, v128.shuffle<f32>(v, v, 2, 3, 0, 1));
  return max<f32>(f32x4.extract_lane(a, 0), f32x4.extract_lane(a, 1));
}

// @ts-ignore: decorator
@inline
function lowestLane(v: v128): f32 {
  const a = f32x4.pmin(v, v128.shuffle<f32>(v, v, 2, 3, 0, 1));
  return min<f32>(f32x4.extract_lane(a, 0), f32x4.extract_lane(a, 1));
}

/** Where the difference of index i starts: i, and size - 3 for the last. */
// @ts-ignore: decorator
@inline
function reflected(i: i32, size: i32): i32 {
  return i < size - 1 ? i : size - 3;
}

/** Keeps the last `count` (1 to 4) lanes: those of an overlapping last vector that are new. */
// @ts-ignore: decorator
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
  store<f32>(out, lowestLane(low));
  store<f32>(out, highestLane(high), 4);
  store<f32>(out, lowestLane(lowG), 8);
  store<f32>(out, highest(maxima, C - 1), 12);
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
    store<f32>(map, sum / ((C << 1) as f32));
    store<f32>(map, top, 4);
    map += 8;
  }
  store<f32>(out, low);
  store<f32>(out, high, 4);
  store<f32>(out, lowG, 8);
  store<f32>(out, highest(maxima, C - 1), 12);
}

/** Extremes [4] of all rows: low and high of t, low and high of g. */
export function joinExtremes(rows: usize, count: i32, C: i32, extremes: usize): void {
  let low: f32 = INFINITY;
  let high: f32 = -INFINITY;
  let lowG: f32 = INFINITY;
  let highG: f32 = -INFINITY;
  for (let r = 0; r < count; r++, rows += bytesOf(rowFloats(C))) {
    low = min<f32>(low, load<f32>(rows));
    high = max<f32>(high, load<f32>(rows, 4));
    lowG = min<f32>(lowG, load<f32>(rows, 8));
    highG = max<f32>(highG, load<f32>(rows, 12));
  }
  store<f32>(extremes, low);
  store<f32>(extremes, high, 4);
  store<f32>(extremes, lowG, 8);
  store<f32>(extremes, highG, 12);
}

/** pooled [B][2][C]: normalised mean and maximum of g over the pixels, the last band a copy of the one before. */
export function pool(
  rows: usize,
  B: i32,
  H: i32,
  W: i32,
  C: i32,
  epsilon: f32,
  extremes: usize,
  pooled: usize,
): void {
  const low = load<f32>(extremes, 8);
  const range = load<f32>(extremes, 12) - low + epsilon;
  for (let b = 0; b < B; b++) {
    for (let c = 0; c < C; c++) {
      const band = min(c, C - 2);
      let sum: f64 = 0;
      let top: f32 = -INFINITY;
      for (let y = 0; y < H; y++) {
        const row = rows + bytesOf((b * H + y) * rowFloats(C) + 4 + band);
        sum += load<f32>(row) as f64;
        top = max<f32>(top, load<f32>(row + bytesOf(C - 1)));
      }
      const mean = sum / ((H * W) as f64);
      store<f32>(pooled + bytesOf((2 * b) * C + c), ((mean - (low as f64)) / (range as f64)) as f32);
      store<f32>(pooled + bytesOf((2 * b + 1) * C + c), (top - low) / range);
    }
  }
}

/** maps -> (maps - low) / (high - low), floats `first` to `end`. */
export function normalise(maps: usize, first: i32, end: i32, extremes: usize): void {
  const low = load<f32>(extremes);
  const range = load<f32>(extremes, 4) - low;
  const lows = f32x4.splat(low);
  const ranges = f32x4.splat(range);
  let at = maps + bytesOf(first);
  const stop = maps + bytesOf(end);
  for (; at + 16 <= stop; at += 16) v128.store(at, f32x4.div(f32x4.sub(v128.load(at), lows), ranges));
  for (; at < stop; at += 4) store<f32>(at, (load<f32>(at) - low) / range);
}

/** The element of t (0 to C-1: gx, C to 2C-1: gy) that is the maximum of each pixel, the first where several are. */
export function findMaxima(x: usize, index: usize, first: i32, end: i32, H: i32, W: i32, C: i32): void {
  const rowBytes = bytesOf(W * C);
  const step = bytesOf(C);
  const last = bytesOf(C >= 4 ? C - 4 : 0);
  for (let row = first; row < end; row++) {
    const y = row % H;
    const upper = x + ((row - y + reflected(y, H)) as usize) * rowBytes;
    const here = x + (row as usize) * rowBytes;
    for (let j = 0; j < W; j++) {
      const left = here + (reflected(j, W) as usize) * step;
      const up = upper + (j as usize) * step;
      let found = -1;
      if (C >= 4) {
        let top = f32x4.splat(-INFINITY);
        for (let i: usize = 0; ; i += 16) {
          if (i > last) i = last;
          const gx = f32x4.sub(v128.load(left + i + step), v128.load(left + i));
          const gy = f32x4.sub(v128.load(up + i + rowBytes), v128.load(up + i));
          top = f32x4.pmax(top, f32x4.pmax(gx, gy));
          if (i == last) break;
        }
        const value = f32x4.splat(highestLane(top));
        found = firstEqual(left, step, last, value);
        if (found < 0) found = C + firstEqual(up, rowBytes, last, value);
      } else {
        let top: f32 = -INFINITY;
        for (let e = 0; e < 2 * C; e++) {
          const v = e < C ? difference(left + bytesOf(e), step) : difference(up + bytesOf(e - C), rowBytes);
          if (v > top) {
            top = v;
            found = e;
          }
        }
      }
      store<i32>(index + bytesOf(row * W + j), found);
    }
  }
}

// @ts-ignore: decorator
@inline
function difference(at: usize, to: usize): f32 {
  return load<f32>(at + to) - load<f32>(at);
}

/** First channel whose difference equals `value`, or -1. */
// @ts-ignore: decorator
@inline
function firstEqual(at: usize, to: usize, last: usize, value: v128): i32 {
  for (let i: usize = 0; ; i += 16) {
    if (i > last) i = last;
    const hit = i32x4.bitmask(f32x4.eq(f32x4.sub(v128.load(at + i + to), v128.load(at + i)), value));
    if (hit != 0) return ((i >> 2) as i32) + ctz(hit);
    if (i == last) break;
  }
  return -1;
}

/**
 * Rows `first` to `end` of dx from the means and the maxima over channels: dmean and dmax are dmaps / range, read from
 * dmaps [B H][W][2]; `band` [B][C] is what every pixel of a sample gets from the means of g.
 */
export function spread(
  dmaps: usize,
  index: usize,
  band: usize,
  dx: usize,
  first: i32,
  end: i32,
  H: i32,
  W: i32,
  C: i32,
  extremes: usize,
): void {
  const inverse: f32 = 1 / (load<f32>(extremes, 4) - load<f32>(extremes));
  const share: f32 = inverse / ((C << 1) as f32);
  const rowBytes = bytesOf(W * C);
  const mapRow = bytesOf(2 * W);
  const step = bytesOf(C);
  for (let row = first; row < end; row++) {
    const y = row % H;
    const sample = row / H;
    const here = dmaps + (row as usize) * mapRow;
    const bottom = dmaps + ((row - y + H - 1) as usize) * mapRow;
    const out = dx + (row as usize) * rowBytes;
    for (let j = 0; j < W; j++) {
      const at = bytesOf(2 * j);
      // gx: + of the pixel to the left, - of this one; the last column repeats the difference at W - 3
      let s: f32 = 0;
      if (j > 0) s += load<f32>(here + at - 8);
      if (j < W - 1) s -= load<f32>(here + at);
      if (j == W - 2) s += load<f32>(here + bytesOf(2 * (W - 1)));
      if (j == W - 3) s -= load<f32>(here + bytesOf(2 * (W - 1)));
      // gy: the same along the rows
      if (y > 0) s += load<f32>(here + at - mapRow);
      if (y < H - 1) s -= load<f32>(here + at);
      if (y == H - 2) s += load<f32>(bottom + at);
      if (y == H - 3) s -= load<f32>(bottom + at);
      s *= share;
      const pixel = out + (j as usize) * step;
      const from = band + bytesOf(sample * C);
      let c = 0;
      const all = f32x4.splat(s);
      for (; c + 4 <= C; c += 4) v128.store(pixel + bytesOf(c), f32x4.add(all, v128.load(from + bytesOf(c))));
      for (; c < C; c++) store<f32>(pixel + bytesOf(c), s + load<f32>(from + bytesOf(c)));
    }
    spreadMaxima(here + 4, index + bytesOf(row * W), out, W, C, inverse);
    if (y > 0) addRows(here - mapRow + 4, index + bytesOf((row - 1) * W), out, W, C, inverse);
    if (y < H - 1) addRows(here + 4, index + bytesOf(row * W), out, W, C, -inverse);
    if (y == H - 2) addRows(bottom + 4, index + bytesOf((row + 1) * W), out, W, C, inverse);
    if (y == H - 3) addRows(bottom + 4, index + bytesOf((row + 2) * W), out, W, C, -inverse);
  }
}

// @ts-ignore: decorator
@inline
function addAt(at: usize, value: f32): void {
  store<f32>(at, load<f32>(at) + value);
}

/** Maxima that are elements of gx. */
function spreadMaxima(dmax: usize, index: usize, out: usize, W: i32, C: i32, scale: f32): void {
  for (let j = 0; j < W; j++) {
    const e = load<i32>(index + bytesOf(j));
    if (e >= C) continue;
    const value = load<f32>(dmax + bytesOf(2 * j)) * scale;
    const left = out + bytesOf(reflected(j, W) * C + e);
    addAt(left, -value);
    addAt(left + bytesOf(C), value);
  }
}

/** Maxima that are elements of gy, from one row of pixels to one row of dx. */
function addRows(dmax: usize, index: usize, out: usize, W: i32, C: i32, scale: f32): void {
  for (let j = 0; j < W; j++) {
    const e = load<i32>(index + bytesOf(j)) - C;
    if (e >= 0) addAt(out + bytesOf(j * C + e), load<f32>(dmax + bytesOf(2 * j)) * scale);
  }
}

/** Gives `values` [B][C-1] to the first pixel where each band's g has its maximum over the sample. */
export function spreadBandMaxima(
  x: usize,
  rows: usize,
  values: usize,
  dx: usize,
  B: i32,
  H: i32,
  W: i32,
  C: i32,
): void {
  for (let b = 0; b < B; b++) {
    for (let c = 0; c < C - 1; c++) {
      let top: f32 = -INFINITY;
      let found = 0;
      for (let y = 0; y < H; y++) {
        const value = load<f32>(rows + bytesOf((b * H + y) * rowFloats(C) + 3 + C + c));
        if (value > top) {
          top = value;
          found = y;
        }
      }
      for (let j = 0; j < W; j++) {
        const at = bytesOf(((b * H + found) * W + j) * C + c);
        if (difference(x + at, 4) != top) continue;
        const value = load<f32>(values + bytesOf(b * (C - 1) + c));
        addAt(dx + at, -value);
        addAt(dx + at + 4, value);
        break;
      }
    }
  }
}

/**
 * Elements of t that equal `value` in row `row` of the batch; where `share` is not 0 each gets it. `which` is 0 for the
 * low, 1 for the high.
 */
function visitT(x: usize, dx: usize, row: i32, value: f32, share: f32, H: i32, W: i32, C: i32): i32 {
  const rowBytes = bytesOf(W * C);
  const y = row % H;
  const upper = ((row - y + reflected(y, H)) as usize) * rowBytes;
  const here = (row as usize) * rowBytes;
  let count = 0;
  for (let j = 0; j < W; j++) {
    for (let c = 0; c < C; c++) {
      const left = here + bytesOf(reflected(j, W) * C + c);
      if (difference(x + left, bytesOf(C)) == value) {
        count++;
        if (share != 0) {
          addAt(dx + left, -share);
          addAt(dx + left + bytesOf(C), share);
        }
      }
      const up = upper + bytesOf(j * C + c);
      if (difference(x + up, rowBytes) == value) {
        count++;
        if (share != 0) {
          addAt(dx + up, -share);
          addAt(dx + up + rowBytes, share);
        }
      }
    }
  }
  return count;
}

/** The same for g. */
function visitG(x: usize, dx: usize, row: i32, value: f32, share: f32, W: i32, C: i32): i32 {
  let at = bytesOf(row * W * C);
  let count = 0;
  for (let j = 0; j < W; j++, at += 4) {
    for (let c = 0; c < C - 1; c++, at += 4) {
      if (difference(x + at, 4) != value) continue;
      count++;
      if (share != 0) {
        addAt(dx + at, -share);
        addAt(dx + at + 4, share);
      }
    }
  }
  return count;
}

/** Shares gradients[k] equally among the elements that hold extreme k (low and high of t, low and high of g). */
export function spreadExtremes(
  x: usize,
  rows: usize,
  extremes: usize,
  gradients: usize,
  dx: usize,
  B: i32,
  H: i32,
  W: i32,
  C: i32,
): void {
  for (let k = 0; k < 4; k++) {
    const value = load<f32>(extremes + bytesOf(k));
    const total = load<f32>(gradients + bytesOf(k));
    if (total == 0) continue;
    let ties = 0;
    for (let pass = 0; pass < 2; pass++) {
      const share: f32 = pass == 0 ? 0 : total / (ties as f32);
      for (let row = 0; row < B * H; row++) {
        if (load<f32>(rows + bytesOf(row * rowFloats(C) + k)) != value) continue;
        const count = k < 2 ? visitT(x, dx, row, value, share, H, W, C) : visitG(x, dx, row, value, share, W, C);
        if (pass == 0) ties += count;
      }
    }
  }
}
