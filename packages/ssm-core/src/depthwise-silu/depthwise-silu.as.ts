// Depthwise 3x3 convolution with zero padding, bias and SiLU on [H, W, D].
//
// Method: rows of the image are independent; 4 channels at a time walk along a row with the nine weights of each in
// registers or L1, adding one column of three inputs to three running outputs, so that every input is loaded once a row
// of outputs. SiLU follows on the finished row in L1.
// Backward: the convolution is computed again, dv = dy silu'(v) for a band of three rows; dx from the band, the weight's
// gradient against the same rows.
// Memory: `scratchBytes`, a few rows. Any range of rows of the batch may be computed alone (a range of the backward pass
// computes the rows beside it once more).
import { madd } from '@prismamba/backend/assembly/simd-math';
import { inputGradientRow, weightGradientRow } from './assembly/gradient-rows.as';
import { lastLanes, loadLanes, sigmoidRun } from '../assembly/tile-norm.as';
import { storeLanes, up4 } from '../assembly/tile-gemm.as';

@inline
function bytesOf(floats: i32): usize {
  return (floats as usize) << 2;
}

/** Bytes of packed weights: 9 taps and the bias, [10][Dp]. Their gradient has the same layout. */
export function packBytes(D: i32): i32 {
  return 40 * up4(D);
}

/** Bytes of scratch: a row of sigmoids, three rows of dv, one row of v, one of zeros; all [W][Dp]. */
export function scratchBytes(W: i32, D: i32): i32 {
  return 4 * (6 * W * up4(D) + 64);
}

/** weight [D][3][3], bias [D]. */
export function pack(weight: usize, bias: usize, D: i32, to: usize): void {
  const Dp = up4(D);
  for (let d = 0; d < Dp; d++) {
    for (let tap = 0; tap < 9; tap++) {
      const value: f32 = d < D ? load<f32>(weight + bytesOf(d * 9 + tap)) : 0;
      store<f32>(to + bytesOf(tap * Dp + d), value);
    }
    const value: f32 = d < D ? load<f32>(bias + bytesOf(d)) : 0;
    store<f32>(to + bytesOf(9 * Dp + d), value);
  }
}

/**
 * One row of v = bias + conv(x), [W][Dp]. `above`, `here`, `below` are rows with `ld` bytes a pixel; rows outside the
 * image are rows of zeros.
 */
function convolveRow(
  above: usize,
  here: usize,
  below: usize,
  ld: usize,
  W: i32,
  D: i32,
  packed: usize,
  to: usize,
): void {
  const Dp = up4(D);
  const lane = bytesOf(Dp);
  for (let d = 0; d < Dp; d += 4) {
    const at = bytesOf(d);
    const count = min(4, D - d);
    const w = packed + at;
    const w0 = v128.load(w);
    const w1 = v128.load(w + lane);
    const w2 = v128.load(w + 2 * lane);
    const w3 = v128.load(w + 3 * lane);
    const w4 = v128.load(w + 4 * lane);
    const w5 = v128.load(w + 5 * lane);
    const w6 = v128.load(w + 6 * lane);
    const w7 = v128.load(w + 7 * lane);
    const w8 = v128.load(w + 8 * lane);
    const bias = v128.load(w + 9 * lane);
    let a = above + at;
    let h = here + at;
    let b = below + at;
    let out = to + at;
    // column j adds its right taps to output j - 1, its middle ones to j, its left ones to j + 1
    let previous = bias;
    let current = bias;
    for (let j = 0; j < W; j++) {
      const last = j == W - 1;
      const xa = last ? loadLanes(a, count) : v128.load(a);
      const xh = last ? loadLanes(h, count) : v128.load(h);
      const xb = last ? loadLanes(b, count) : v128.load(b);
      previous = madd(xb, w8, madd(xh, w5, madd(xa, w2, previous)));
      if (j > 0) {
        v128.store(out, previous);
        out += lane;
      }
      previous = madd(xb, w7, madd(xh, w4, madd(xa, w1, current)));
      current = madd(xb, w6, madd(xh, w3, madd(xa, w0, bias)));
      a += ld;
      h += ld;
      b += ld;
    }
    v128.store(out, previous);
  }
}

/** Row y of an image, or the row of zeros. */
@inline
function rowOf(image: usize, y: i32, H: i32, rowBytes: usize, zeros: usize): usize {
  return y < 0 || y >= H ? zeros : image + (y as usize) * rowBytes;
}

/** Rows `first` to `end` of the batch's B H rows. */
export function forward(
  x: usize,
  out: usize,
  first: i32,
  end: i32,
  H: i32,
  W: i32,
  D: i32,
  packed: usize,
  scratch: usize,
  table: usize,
): void {
  const Dp = up4(D);
  const rowBytes = bytesOf(W * D);
  const tileRow = bytesOf(W * Dp);
  const v = scratch;
  const gate = scratch + tileRow;
  const zeros = gate + tileRow;
  memory.fill(zeros, 0, tileRow);
  for (let row = first; row < end; row++) {
    const y = row % H;
    const image = x + ((row - y) as usize) * rowBytes;
    convolveRow(
      rowOf(image, y - 1, H, rowBytes, zeros),
      image + (y as usize) * rowBytes,
      rowOf(image, y + 1, H, rowBytes, zeros),
      bytesOf(D),
      W,
      D,
      packed,
      v,
    );
    sigmoidRun(v, gate, tileRow, table);
    multiplyRow(v, gate, Dp, out + (row as usize) * rowBytes, D, W);
  }
}

/** to[j][D] = a[j][Dp] b[j][Dp] */
function multiplyRow(a: usize, b: usize, Dp: i32, to: usize, D: i32, W: i32): void {
  const step = bytesOf(D);
  const last = bytesOf(Dp) - 16;
  const tail = lastLanes(D);
  for (let j = 0; j < W; j++, to += step) {
    let i: usize = 0;
    for (; i < last; i += 16) v128.store(to + i, f32x4.mul(v128.load(a + i), v128.load(b + i)));
    storeLanes(to + i, f32x4.mul(v128.load(a + i), v128.load(b + i)), tail);
    a += bytesOf(Dp);
    b += bytesOf(Dp);
  }
}

/** One row of dv = dy (s + v s (1 - s)), s = sigmoid(v), into [W][Dp] with zeros in the padding. */
function gateGradientRow(
  x: usize,
  dy: usize,
  row: i32,
  H: i32,
  W: i32,
  D: i32,
  packed: usize,
  v: usize,
  to: usize,
  zeros: usize,
  table: usize,
): void {
  const Dp = up4(D);
  const rowBytes = bytesOf(W * D);
  const y = row % H;
  const image = x + ((row - y) as usize) * rowBytes;
  convolveRow(
    rowOf(image, y - 1, H, rowBytes, zeros),
    image + (y as usize) * rowBytes,
    rowOf(image, y + 1, H, rowBytes, zeros),
    bytesOf(D),
    W,
    D,
    packed,
    v,
  );
  sigmoidRun(v, to, bytesOf(W * Dp), table);
  const one = f32x4.splat(1);
  const last = bytesOf(Dp) - 16;
  const tail = lastLanes(D);
  let from = dy + (row as usize) * rowBytes;
  for (let j = 0; j < W; j++, from += bytesOf(D)) {
    for (let i: usize = 0; i <= last; i += 16) {
      const s = v128.load(to + i);
      const slope = madd(f32x4.mul(v128.load(v + i), s), f32x4.sub(one, s), s);
      const g = i == last ? loadLanes(from + i, tail) : v128.load(from + i);
      v128.store(to + i, f32x4.mul(g, slope));
    }
    v += bytesOf(Dp);
    to += bytesOf(Dp);
  }
}

/** Rows `first` to `end` of dx; sums (layout of the packed weights) += their part of the weights' gradient. */
export function backward(
  x: usize,
  dy: usize,
  dx: usize,
  first: i32,
  end: i32,
  H: i32,
  W: i32,
  D: i32,
  packed: usize,
  sums: usize,
  scratch: usize,
  table: usize,
): void {
  const Dp = up4(D);
  const rowBytes = bytesOf(W * D);
  const tileRow = bytesOf(W * Dp);
  const zeros = scratch;
  const v = scratch + tileRow;
  const band = v + tileRow;
  memory.fill(zeros, 0, tileRow);
  for (let row = first; row < end; row++) {
    const y = row % H;
    const start = row == first || y == 0;
    // the band holds dv of rows y - 1, y, y + 1 at (row % 3)
    if (start && y > 0) gateGradientRow(x, dy, row - 1, H, W, D, packed, v, slot(band, row - 1, tileRow), zeros, table);
    if (start) gateGradientRow(x, dy, row, H, W, D, packed, v, slot(band, row, tileRow), zeros, table);
    if (y < H - 1) gateGradientRow(x, dy, row + 1, H, W, D, packed, v, slot(band, row + 1, tileRow), zeros, table);
    const above = y > 0 ? slot(band, row - 1, tileRow) : zeros;
    const here = slot(band, row, tileRow);
    const below = y < H - 1 ? slot(band, row + 1, tileRow) : zeros;
    inputGradientRow(above, here, below, W, D, packed, dx + (row as usize) * rowBytes);
    const image = x + ((row - y) as usize) * rowBytes;
    weightGradientRow(
      rowOf(image, y - 1, H, rowBytes, zeros),
      image + (y as usize) * rowBytes,
      rowOf(image, y + 1, H, rowBytes, zeros),
      here,
      W,
      D,
      sums,
    );
  }
}

@inline
function slot(band: usize, row: i32, tileRow: usize): usize {
  return band + ((row % 3) as usize) * tileRow;
}

/** dWeight [D][3][3] and dBias [D] out of the sums. */
export function finish(sums: usize, D: i32, dWeight: usize, dBias: usize): void {
  const Dp = up4(D);
  for (let d = 0; d < D; d++) {
    for (let tap = 0; tap < 9; tap++) {
      store<f32>(dWeight + bytesOf(d * 9 + tap), load<f32>(sums + bytesOf(tap * Dp + d)));
    }
    store<f32>(dBias + bytesOf(d), load<f32>(sums + bytesOf(9 * Dp + d)));
  }
}
