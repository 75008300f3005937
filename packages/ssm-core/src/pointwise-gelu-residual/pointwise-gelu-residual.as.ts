// End of a gradient Mamba block: out = x + GELU(b + W [branches]), the concatenation only as a tile in L1.
//
// A branch is a map [tokens][Ck], or stands for x times a factor: one a pixel (spatial attention) or one a sample and
// channel (spectral attention), so that the products are never formed in memory either.
// Method: 64 tokens at a time; the tile holds the joined rows and a constant 1, whose weight is the bias. Backward: tile
// and v = W tile are computed again, dv = dout GELU'(v), d tile = W^T dv, dW += dv tile^T.
// GELU by erf (Abramowitz and Stegun 7.1.26, absolute error 1.5e-7), which shares exp(-v^2/2) with the derivative.
// Memory: `scratchBytes`. Ranges of tokens inside one sample are independent; `sums` are added in a fixed order.
import { madd, sumLanes } from '@prismamba/backend/assembly/simd-math';
import { exp2, splat, TABLE_C0, TABLE_LOG2E, TABLE_LOWEST, TABLE_MAGIC } from '../assembly/exp2.as';
import { addOuter, outerFloats, packedFloats, packMatrix, product, storeLanes, TILE, up4 } from '../assembly/tile-gemm.as';
import { laneMask, lastLanes, loadLanes } from '../assembly/tile-norm.as';

/** A branch in the table of branches, 16 bytes each: kind, channels, pointer, pointer of its gradient. */
const MAP: i32 = 0;
const PER_PIXEL: i32 = 1;

@inline
function bytesOf(floats: i32): usize {
  return (floats as usize) << 2;
}

/** Bytes of the packed weights: forward with the bias as last input, backward transposed. */
export function packBytes(C: i32, K: i32): i32 {
  return 4 * (packedFloats(C, K + 1) + packedFloats(K, C) + up4(C) * (K + 1));
}

/** Bytes of the sums: dW with db as last column, padded; then the factors of one sample, at their branch's columns. */
export function sumBytes(C: i32, K: i32): i32 {
  return 4 * (outerFloats(C, K + 1) + up4(K) + 4);
}

/** Bytes of scratch; rows of the tiles have room for partial vectors behind each branch. */
export function scratchBytes(C: i32, K: i32): i32 {
  return 4 * (TILE * (up4(K + 1) + 4 + up4(K) + 4 + 2 * up4(C)) + 32);
}

export function pack(weight: usize, bias: usize, C: i32, K: i32, to: usize): void {
  const back = to + bytesOf(packedFloats(C, K + 1));
  const joined = back + bytesOf(packedFloats(K, C));
  for (let c = 0; c < C; c++) {
    memory.copy(joined + bytesOf(c * (K + 1)), weight + bytesOf(c * K), bytesOf(K));
    store<f32>(joined + bytesOf(c * (K + 1) + K), load<f32>(bias + bytesOf(c)));
  }
  packMatrix(joined, K + 1, 1, C, K + 1, to);
  packMatrix(weight, 1, K, K, C, back);
}

/** Rows [branch values ..., 1, 0 ...] of the tokens from `t` on; `sample` chooses the factors per sample. */
function joinBranches(
  x: usize,
  t: i32,
  tokens: i32,
  sample: i32,
  C: i32,
  K: i32,
  branches: usize,
  count: i32,
  tile: usize,
  ld: usize,
): void {
  let column: usize = 0;
  const last = bytesOf(up4(C)) - 16;
  const tail = lastLanes(C);
  for (let k = 0; k < count; k++, branches += 16) {
    const kind = load<i32>(branches);
    const channels = load<i32>(branches, 4);
    const from = load<u32>(branches, 8) as usize;
    if (kind == MAP) {
      const row = bytesOf(channels);
      gatherUnpadded(tokens, from + row * (t as usize), row, channels, tile + column, ld);
    } else {
      let source = x + bytesOf(C) * (t as usize);
      let to = tile + column;
      const perSample = from + bytesOf(C) * (sample as usize);
      for (let r = 0; r < tokens; r++, source += bytesOf(C), to += ld) {
        const pixel = kind == PER_PIXEL ? splat(from + bytesOf(t + r), 0) : f32x4.splat(0);
        for (let i: usize = 0; i < last; i += 16) {
          const factor = kind == PER_PIXEL ? pixel : v128.load(perSample + i);
          v128.store(to + i, f32x4.mul(v128.load(source + i), factor));
        }
        // the partial vector's padding is overwritten by the next branch
        const factor = kind == PER_PIXEL ? pixel : loadLanes(perSample + last, tail);
        v128.store(to + last, f32x4.mul(loadLanes(source + last, tail), factor));
      }
    }
    column += bytesOf(channels);
  }
  for (let r = 0; r < tokens; r++) {
    const at = tile + (r as usize) * ld;
    store<f32>(at + bytesOf(K), 1);
    for (let i = K + 1; i < up4(K + 1); i++) store<f32>(at + bytesOf(i), 0);
  }
}

/** Copies rows of `count` floats without touching what lies behind them. */
function gatherUnpadded(tokens: i32, from: usize, ldf: usize, count: i32, to: usize, ldt: usize): void {
  const whole = (count >> 2) << 4;
  const rest = count & 3;
  for (let t = 0; t < tokens; t++, from += ldf, to += ldt) {
    let i: usize = 0;
    for (; i < (whole as usize); i += 16) v128.store(to + i, v128.load(from + i));
    if (rest > 0) storeLanes(to + i, loadLanes(from + i, rest), rest);
  }
}

/** Constants of erf, 7.1.26 */
const P: f32 = 0.3275911;
const A1: f32 = 0.254829592;
const A2: f32 = -0.284496736;
const A3: f32 = 1.421413741;
const A4: f32 = -1.453152027;
const A5: f32 = 1.061405429;

/** v -> GELU(v) (slope = false) or GELU'(v) (slope = true) on `bytes` of floats in place. */
function geluRun(at: usize, bytes: usize, slope: bool, table: usize): void {
  const lowest = splat(table, TABLE_LOWEST);
  const magic = splat(table, TABLE_MAGIC);
  const c0 = splat(table, TABLE_C0);
  const c1 = splat(table, TABLE_C0 + 4);
  const c2 = splat(table, TABLE_C0 + 8);
  const c3 = splat(table, TABLE_C0 + 12);
  const c4 = splat(table, TABLE_C0 + 16);
  const c5 = splat(table, TABLE_C0 + 20);
  const minusHalfLog2e = f32x4.mul(splat(table, TABLE_LOG2E), f32x4.splat(-0.5));
  const one = f32x4.splat(1);
  const half = f32x4.splat(0.5);
  const density = f32x4.splat(0.3989422804014327);
  const zero = f32x4.splat(0);
  const scaledP = f32x4.splat(P * 0.7071067811865476);
  for (let i: usize = 0; i < bytes; i += 16) {
    const v = v128.load(at + i);
    const e = exp2(f32x4.mul(f32x4.mul(v, v), minusHalfLog2e), lowest, magic, c0, c1, c2, c3, c4, c5);
    const t = f32x4.div(one, madd(f32x4.abs(v), scaledP, one));
    let p = madd(f32x4.splat(A5), t, f32x4.splat(A4));
    p = madd(p, t, f32x4.splat(A3));
    p = madd(p, t, f32x4.splat(A2));
    p = madd(p, t, f32x4.splat(A1));
    // erfc(|v| / sqrt 2) / 2: the upper tail of the normal distribution
    const upper = f32x4.mul(half, f32x4.mul(f32x4.mul(p, t), e));
    const distribution = v128.bitselect(upper, f32x4.sub(one, upper), f32x4.lt(v, zero));
    if (slope) v128.store(at + i, madd(v, f32x4.mul(e, density), distribution));
    else v128.store(at + i, f32x4.mul(v, distribution));
  }
}

/** out [tokens][C]; tokens `first` to `end` of the batch belong to `sample`. */
export function forward(
  x: usize,
  out: usize,
  first: i32,
  end: i32,
  sample: i32,
  C: i32,
  K: i32,
  branches: usize,
  count: i32,
  packed: usize,
  scratch: usize,
  table: usize,
): void {
  const ld = bytesOf(up4(K + 1) + 4);
  const ldc = bytesOf(up4(C));
  const v = scratch + (TILE as usize) * ld;
  const last = ldc - 16;
  const tail = lastLanes(C);
  memory.fill(v, 0, (TILE as usize) * ldc);
  for (let t = first; t < end; t += TILE) {
    const tokens = min(TILE, end - t);
    joinBranches(x, t, tokens, sample, C, K, branches, count, scratch, ld);
    product(tokens, scratch, ld, K + 1, packed, C, v, ldc);
    geluRun(v, (tokens as usize) * ldc, false, table);
    let from = x + bytesOf(C) * (t as usize);
    let to = out + bytesOf(C) * (t as usize);
    for (let r = 0; r < tokens; r++, from += bytesOf(C), to += bytesOf(C)) {
      const row = v + (r as usize) * ldc;
      for (let i: usize = 0; i < last; i += 16) {
        v128.store(to + i, f32x4.add(v128.load(from + i), v128.load(row + i)));
      }
      storeLanes(to + last, f32x4.add(loadLanes(from + last, tail), v128.load(row + last)), tail);
    }
  }
}

/**
 * dx and the gradients of the branches (pointers in the table of branches; those of factors per sample are in the
 * sums); sums += (dW, db, factors).
 */
export function backward(
  x: usize,
  dout: usize,
  dx: usize,
  first: i32,
  end: i32,
  sample: i32,
  C: i32,
  K: i32,
  branches: usize,
  count: i32,
  packed: usize,
  sums: usize,
  scratch: usize,
  table: usize,
): void {
  const ld = bytesOf(up4(K + 1) + 4);
  const ldk = bytesOf(up4(K) + 4);
  const ldc = bytesOf(up4(C));
  const v = scratch + (TILE as usize) * ld;
  const g = v + (TILE as usize) * ldc;
  const back = packed + bytesOf(packedFloats(C, K + 1));
  const factors = sums + bytesOf(outerFloats(C, K + 1));
  const last = ldc - 16;
  const tail = lastLanes(C);
  memory.fill(v, 0, (TILE as usize) * ldc);
  for (let t = first; t < end; t += TILE) {
    const tokens = min(TILE, end - t);
    joinBranches(x, t, tokens, sample, C, K, branches, count, scratch, ld);
    product(tokens, scratch, ld, K + 1, packed, C, v, ldc);
    geluRun(v, (tokens as usize) * ldc, true, table);
    let from = dout + bytesOf(C) * (t as usize);
    for (let r = 0; r < tokens; r++, from += bytesOf(C)) {
      const row = v + (r as usize) * ldc;
      for (let i: usize = 0; i < last; i += 16) {
        v128.store(row + i, f32x4.mul(v128.load(from + i), v128.load(row + i)));
      }
      v128.store(row + last, f32x4.mul(loadLanes(from + last, tail), v128.load(row + last)));
    }
    addOuter(tokens, v, ldc, C, scratch, ld, K + 1, sums);
    product(tokens, v, ldc, C, back, K, g, ldk);
    const at = bytesOf(C) * (t as usize);
    memory.copy(dx + at, dout + at, bytesOf(C) * (tokens as usize));
    spread(x + at, dx + at, t, tokens, sample, C, branches, count, g, ldk, factors);
  }
}

/** Gives the columns of the tile's gradient to the branches and, for factors, to x. */
function spread(
  x: usize,
  dx: usize,
  t: i32,
  tokens: i32,
  sample: i32,
  C: i32,
  branches: usize,
  count: i32,
  g: usize,
  ld: usize,
  factors: usize,
): void {
  const last = bytesOf(up4(C)) - 16;
  const tail = lastLanes(C);
  const mask = laneMask(tail);
  for (let k = 0; k < count; k++, branches += 16) {
    const kind = load<i32>(branches);
    const channels = load<i32>(branches, 4);
    const value = load<u32>(branches, 8) as usize;
    const gradient = load<u32>(branches, 12) as usize;
    if (kind == MAP) {
      gatherUnpadded(tokens, g, ld, channels, gradient + bytesOf(channels) * (t as usize), bytesOf(channels));
    } else {
      const perSample = value + bytesOf(C) * (sample as usize);
      for (let r = 0; r < tokens; r++) {
        const from = g + (r as usize) * ld;
        const xr = x + bytesOf(C) * (r as usize);
        const to = dx + bytesOf(C) * (r as usize);
        const pixel = kind == PER_PIXEL ? splat(value + bytesOf(t + r), 0) : f32x4.splat(0);
        let along = f32x4.splat(0);
        for (let i: usize = 0; i <= last; i += 16) {
          const end = i == last;
          const d = end ? v128.and(v128.load(from + i), mask) : v128.load(from + i);
          const source = end ? loadLanes(xr + i, tail) : v128.load(xr + i);
          const factor = kind == PER_PIXEL ? pixel : end ? loadLanes(perSample + i, tail) : v128.load(perSample + i);
          const old = end ? loadLanes(to + i, tail) : v128.load(to + i);
          const sum = madd(d, factor, old);
          if (end) storeLanes(to + i, sum, tail);
          else v128.store(to + i, sum);
          if (kind == PER_PIXEL) along = madd(d, source, along);
          else v128.store(factors + i, madd(d, source, v128.load(factors + i)));
        }
        if (kind == PER_PIXEL) store<f32>(gradient + bytesOf(t + r), sumLanes(along));
      }
    }
    g += bytesOf(channels);
    factors += bytesOf(channels);
  }
}

/** Byte offset of the factors in the sums. */
export function factorOffset(C: i32, K: i32): i32 {
  return 4 * outerFloats(C, K + 1);
}

/** dWeight [C][K] and dBias [C] out of the sums. */
export function finish(sums: usize, C: i32, K: i32, dWeight: usize, dBias: usize): void {
  const row = up4(K + 1);
  for (let c = 0; c < C; c++) {
    memory.copy(dWeight + bytesOf(c * K), sums + bytesOf(c * row), bytesOf(K));
    store<f32>(dBias + bytesOf(c), load<f32>(sums + bytesOf(c * row + K)));
  }
}
