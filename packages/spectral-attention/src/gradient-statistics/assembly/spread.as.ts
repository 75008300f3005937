// Backward of the means and of the maxima over channels and over a sample: which element is the maximum, and what it
// and every pixel get.
import {
  addAt,
  bytesOf,
  difference,
  highestLane,
  INFINITY,
  rangeOf,
  reflected,
  rowFloats,
} from './elements.as';

/**
 * The element of t (0 to C-1: gx, C to 2C-1: gy) that is the maximum of each pixel, the first where several are; -1 where
 * none is, because all are NaN.
 */
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
        if (found < 0) {
          const below = firstEqual(up, rowBytes, last, value);
          if (below >= 0) found = C + below;
        }
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

/** First channel whose difference equals `value`, or -1. */
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
  const inverse: f32 = 1 / rangeOf(load<f32>(extremes), load<f32>(extremes, 4));
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

/** Maxima that are elements of gx. A pixel without a maximum gets NaN: its gradient is not known. */
function spreadMaxima(dmax: usize, index: usize, out: usize, W: i32, C: i32, scale: f32): void {
  for (let j = 0; j < W; j++) {
    const e = load<i32>(index + bytesOf(j));
    if (e >= C) continue;
    if (e < 0) {
      for (let c = 0; c < C; c++) store<f32>(out + bytesOf(j * C + c), NaN as f32);
      continue;
    }
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
    if (e >= 0 && e < C) addAt(out + bytesOf(j * C + e), load<f32>(dmax + bytesOf(2 * j)) * scale);
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
