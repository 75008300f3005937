// Small matrix products on a tile of tokens that lies in L1, register-blocked: 4 tokens x 12 outputs.
//
// Widths of GMSR-Net (10, 20, 31, 40, 62, 93, 124) are not multiples of 4: weights are packed into blocks of 12, 8 and 4
// outputs, padded with zeros; results are stored with their exact width. Sums over tokens are made in registers inside a
// tile and added to memory once a tile, so that rounding grows with the tile and the number of tiles, not with their
// product.
import { madd } from '@prismamba/backend/assembly/simd-math';
import { splat } from './exp2.as';

/** Tokens a tile. */
export const TILE: i32 = 64;

@inline
export function up4(value: i32): i32 {
  return (value + 3) & ~3;
}

/** Outputs of the next block when `left` (a multiple of 4) remain. */
@inline
function blockWidth(left: i32): i32 {
  return left >= 12 ? 12 : left >= 8 ? 8 : 4;
}

/** Stores the first `count` (1 to 4) lanes. */
@inline
export function storeLanes(to: usize, v: v128, count: i32): void {
  if (count >= 4) {
    v128.store(to, v);
    return;
  }
  if (count == 1) {
    v128.store_lane<f32>(to, v, 0);
    return;
  }
  v128.store_lane<f64>(to, v, 0);
  if (count == 3) v128.store_lane<f32>(to, v, 2, 8);
}

/** Floats of a packed matrix with N outputs and K inputs. */
@inline
export function packedFloats(N: i32, K: i32): i32 {
  return up4(N) * K;
}

/** Packs W[n][k] = source[n strideN + k strideK] (strides in floats) for `product`. */
export function packMatrix(source: usize, strideN: i32, strideK: i32, N: i32, K: i32, to: usize): void {
  const padded = up4(N);
  for (let first = 0; first < padded; ) {
    const width = blockWidth(padded - first);
    for (let k = 0; k < K; k++) {
      for (let i = 0; i < width; i++) {
        const n = first + i;
        const value: f32 = n < N ? load<f32>(source + (((n * strideN + k * strideK) as usize) << 2)) : 0;
        store<f32>(to, value);
        to += 4;
      }
    }
    first += width;
  }
}

/** out[t][n] = sum_k a[t][k] W[n][k]; lda and ldo are bytes a token. */
export function product(
  tokens: i32,
  a: usize,
  lda: usize,
  K: i32,
  packed: usize,
  N: i32,
  out: usize,
  ldo: usize,
): void {
  const padded = up4(N);
  let w = packed;
  for (let first = 0; first < padded; ) {
    const width = blockWidth(padded - first);
    const to = out + ((first as usize) << 2);
    const tail = min(4, N - (first + width - 4)); // lanes of the block's last vector
    let t = 0;
    for (; t + 4 <= tokens; t += 4) {
      const row = a + (t as usize) * lda;
      const dst = to + (t as usize) * ldo;
      if (width == 12) block4x12(row, lda, K, w, dst, ldo, tail);
      else if (width == 8) block4x8(row, lda, K, w, dst, ldo, tail);
      else block4x4(row, lda, K, w, dst, ldo, tail);
    }
    for (; t < tokens; t++) block1(a + (t as usize) * lda, K, w, width, to + (t as usize) * ldo, tail);
    w += ((K * width) as usize) << 2;
    first += width;
  }
}

@inline
function block4x12(a: usize, lda: usize, K: i32, w: usize, to: usize, ldo: usize, tail: i32): void {
  const zero = f32x4.splat(0);
  let c00 = zero, c01 = zero, c02 = zero;
  let c10 = zero, c11 = zero, c12 = zero;
  let c20 = zero, c21 = zero, c22 = zero;
  let c30 = zero, c31 = zero, c32 = zero;
  const a1 = lda;
  const a2 = lda << 1;
  const a3 = a1 + a2;
  const end = a + ((K as usize) << 2);
  for (; a < end; a += 4, w += 48) {
    const w0 = v128.load(w);
    const w1 = v128.load(w, 16);
    const w2 = v128.load(w, 32);
    let s = splat(a, 0);
    c00 = madd(s, w0, c00);
    c01 = madd(s, w1, c01);
    c02 = madd(s, w2, c02);
    s = splat(a + a1, 0);
    c10 = madd(s, w0, c10);
    c11 = madd(s, w1, c11);
    c12 = madd(s, w2, c12);
    s = splat(a + a2, 0);
    c20 = madd(s, w0, c20);
    c21 = madd(s, w1, c21);
    c22 = madd(s, w2, c22);
    s = splat(a + a3, 0);
    c30 = madd(s, w0, c30);
    c31 = madd(s, w1, c31);
    c32 = madd(s, w2, c32);
  }
  v128.store(to, c00);
  v128.store(to, c01, 16);
  storeLanes(to + 32, c02, tail);
  to += ldo;
  v128.store(to, c10);
  v128.store(to, c11, 16);
  storeLanes(to + 32, c12, tail);
  to += ldo;
  v128.store(to, c20);
  v128.store(to, c21, 16);
  storeLanes(to + 32, c22, tail);
  to += ldo;
  v128.store(to, c30);
  v128.store(to, c31, 16);
  storeLanes(to + 32, c32, tail);
}

@inline
function block4x8(a: usize, lda: usize, K: i32, w: usize, to: usize, ldo: usize, tail: i32): void {
  const zero = f32x4.splat(0);
  let c00 = zero, c01 = zero, c10 = zero, c11 = zero;
  let c20 = zero, c21 = zero, c30 = zero, c31 = zero;
  const a1 = lda;
  const a2 = lda << 1;
  const a3 = a1 + a2;
  const end = a + ((K as usize) << 2);
  for (; a < end; a += 4, w += 32) {
    const w0 = v128.load(w);
    const w1 = v128.load(w, 16);
    let s = splat(a, 0);
    c00 = madd(s, w0, c00);
    c01 = madd(s, w1, c01);
    s = splat(a + a1, 0);
    c10 = madd(s, w0, c10);
    c11 = madd(s, w1, c11);
    s = splat(a + a2, 0);
    c20 = madd(s, w0, c20);
    c21 = madd(s, w1, c21);
    s = splat(a + a3, 0);
    c30 = madd(s, w0, c30);
    c31 = madd(s, w1, c31);
  }
  v128.store(to, c00);
  storeLanes(to + 16, c01, tail);
  to += ldo;
  v128.store(to, c10);
  storeLanes(to + 16, c11, tail);
  to += ldo;
  v128.store(to, c20);
  storeLanes(to + 16, c21, tail);
  to += ldo;
  v128.store(to, c30);
  storeLanes(to + 16, c31, tail);
}

@inline
function block4x4(a: usize, lda: usize, K: i32, w: usize, to: usize, ldo: usize, tail: i32): void {
  const zero = f32x4.splat(0);
  let c0 = zero, c1 = zero, c2 = zero, c3 = zero;
  const a1 = lda;
  const a2 = lda << 1;
  const a3 = a1 + a2;
  const end = a + ((K as usize) << 2);
  for (; a < end; a += 4, w += 16) {
    const w0 = v128.load(w);
    c0 = madd(splat(a, 0), w0, c0);
    c1 = madd(splat(a + a1, 0), w0, c1);
    c2 = madd(splat(a + a2, 0), w0, c2);
    c3 = madd(splat(a + a3, 0), w0, c3);
  }
  storeLanes(to, c0, tail);
  storeLanes(to + ldo, c1, tail);
  storeLanes(to + (ldo << 1), c2, tail);
  storeLanes(to + 3 * ldo, c3, tail);
}

/** One token; the order of the sum is that of the wider blocks, so a token's result does not depend on its place. */
@inline
function block1(a: usize, K: i32, w: usize, width: i32, to: usize, tail: i32): void {
  const step = (width as usize) << 2;
  for (let v = 0; v < width; v += 4) {
    let c = f32x4.splat(0);
    let row = w + ((v as usize) << 2);
    for (let k = 0; k < K; k++, row += step) c = madd(splat(a + ((k as usize) << 2), 0), v128.load(row), c);
    storeLanes(to + ((v as usize) << 2), c, v + 4 == width ? tail : 4);
  }
}

/** Floats of the sums of `addOuter`. */
@inline
export function outerFloats(N: i32, K: i32): i32 {
  return up4(N) * up4(K);
}

/**
 * sums[n][k] += sum_t d[t][n] a[t][k], rows of up4(K) floats. Rows of `d` are read up to up4(N) floats and rows of `a`
 * up to up4(K): what they hold beyond their width lands in padding.
 */
export function addOuter(
  tokens: i32,
  d: usize,
  ldd: usize,
  N: i32,
  a: usize,
  lda: usize,
  K: i32,
  sums: usize,
): void {
  const Kp = up4(K);
  const rowBytes = (Kp as usize) << 2;
  for (let n = 0; n < N; n += 4) {
    const row = sums + (n as usize) * rowBytes;
    const source = d + ((n as usize) << 2);
    for (let first = 0; first < Kp; ) {
      const width = blockWidth(Kp - first);
      const column = (first as usize) << 2;
      if (width == 12) outer4x12(tokens, source, ldd, a + column, lda, row + column, rowBytes);
      else {
        for (let v = 0; v < width; v += 4) {
          const at = column + ((v as usize) << 2);
          outer4x4(tokens, source, ldd, a + at, lda, row + at, rowBytes);
        }
      }
      first += width;
    }
  }
}

@inline
function addTo(to: usize, v: v128): void {
  v128.store(to, f32x4.add(v128.load(to), v));
}

@inline
function outer4x12(tokens: i32, d: usize, ldd: usize, a: usize, lda: usize, to: usize, ldo: usize): void {
  const zero = f32x4.splat(0);
  let c00 = zero, c01 = zero, c02 = zero;
  let c10 = zero, c11 = zero, c12 = zero;
  let c20 = zero, c21 = zero, c22 = zero;
  let c30 = zero, c31 = zero, c32 = zero;
  for (let t = 0; t < tokens; t++, a += lda, d += ldd) {
    const w0 = v128.load(a);
    const w1 = v128.load(a, 16);
    const w2 = v128.load(a, 32);
    let s = splat(d, 0);
    c00 = madd(s, w0, c00);
    c01 = madd(s, w1, c01);
    c02 = madd(s, w2, c02);
    s = splat(d, 4);
    c10 = madd(s, w0, c10);
    c11 = madd(s, w1, c11);
    c12 = madd(s, w2, c12);
    s = splat(d, 8);
    c20 = madd(s, w0, c20);
    c21 = madd(s, w1, c21);
    c22 = madd(s, w2, c22);
    s = splat(d, 12);
    c30 = madd(s, w0, c30);
    c31 = madd(s, w1, c31);
    c32 = madd(s, w2, c32);
  }
  addTo(to, c00);
  addTo(to + 16, c01);
  addTo(to + 32, c02);
  to += ldo;
  addTo(to, c10);
  addTo(to + 16, c11);
  addTo(to + 32, c12);
  to += ldo;
  addTo(to, c20);
  addTo(to + 16, c21);
  addTo(to + 32, c22);
  to += ldo;
  addTo(to, c30);
  addTo(to + 16, c31);
  addTo(to + 32, c32);
}

@inline
function outer4x4(tokens: i32, d: usize, ldd: usize, a: usize, lda: usize, to: usize, ldo: usize): void {
  const zero = f32x4.splat(0);
  let c0 = zero, c1 = zero, c2 = zero, c3 = zero;
  for (let t = 0; t < tokens; t++, a += lda, d += ldd) {
    const w0 = v128.load(a);
    c0 = madd(splat(d, 0), w0, c0);
    c1 = madd(splat(d, 4), w0, c1);
    c2 = madd(splat(d, 8), w0, c2);
    c3 = madd(splat(d, 12), w0, c3);
  }
  addTo(to, c0);
  addTo(to + ldo, c1);
  addTo(to + (ldo << 1), c2);
  addTo(to + 3 * ldo, c3);
}
