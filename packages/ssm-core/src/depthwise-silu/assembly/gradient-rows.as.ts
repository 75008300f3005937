// One row of the gradients of the depthwise convolution, of its input and of its weights.
import { madd } from '@prismamba/backend/assembly/simd-math';
import { loadLanes } from '../../assembly/tile-norm.as';
import { storeLanes, up4 } from '../../assembly/tile-gemm.as';

@inline
function bytesOf(floats: i32): usize {
  return (floats as usize) << 2;
}

/** dx[y][j] = sum_pq dv[y + 1 - p][j + 1 - q] w[p][q] */
export function inputGradientRow(above: usize, here: usize, below: usize, W: i32, D: i32, packed: usize, to: usize): void {
  const Dp = up4(D);
  const lane = bytesOf(Dp);
  const step = bytesOf(D);
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
    const zero = f32x4.splat(0);
    let a = above + at;
    let h = here + at;
    let b = below + at;
    let out = to + at;
    let previous = zero;
    let current = zero;
    for (let j = 0; j < W; j++) {
      const ga = v128.load(a);
      const gh = v128.load(h);
      const gb = v128.load(b);
      previous = madd(gb, w0, madd(gh, w3, madd(ga, w6, previous)));
      if (j > 0) {
        storeLanes(out, previous, count);
        out += step;
      }
      previous = madd(gb, w1, madd(gh, w4, madd(ga, w7, current)));
      current = madd(gb, w2, madd(gh, w5, f32x4.mul(ga, w8)));
      a += lane;
      h += lane;
      b += lane;
    }
    storeLanes(out, previous, count);
  }
}

/** dw[p][q] += sum_j dv[j] x[y + p - 1][j + q - 1];  dbias += sum_j dv[j] */
export function weightGradientRow(above: usize, here: usize, below: usize, dv: usize, W: i32, D: i32, sums: usize): void {
  const Dp = up4(D);
  const lane = bytesOf(Dp);
  const step = bytesOf(D);
  for (let d = 0; d < Dp; d += 4) {
    const at = bytesOf(d);
    const count = min(4, D - d);
    const zero = f32x4.splat(0);
    let s0 = zero, s1 = zero, s2 = zero, s3 = zero, s4 = zero, s5 = zero, s6 = zero, s7 = zero, s8 = zero;
    let bias = zero;
    let a = above + at;
    let h = here + at;
    let b = below + at;
    let g = dv + at;
    // column j of x meets dv of columns j + 1 (left tap), j and j - 1 (right tap)
    let g0 = zero;
    let g1 = v128.load(g);
    for (let j = 0; j < W; j++) {
      g += lane;
      const last = j == W - 1;
      const g2 = last ? zero : v128.load(g);
      const xa = last ? loadLanes(a, count) : v128.load(a);
      const xh = last ? loadLanes(h, count) : v128.load(h);
      const xb = last ? loadLanes(b, count) : v128.load(b);
      s0 = madd(xa, g2, s0);
      s1 = madd(xa, g1, s1);
      s2 = madd(xa, g0, s2);
      s3 = madd(xh, g2, s3);
      s4 = madd(xh, g1, s4);
      s5 = madd(xh, g0, s5);
      s6 = madd(xb, g2, s6);
      s7 = madd(xb, g1, s7);
      s8 = madd(xb, g0, s8);
      bias = f32x4.add(bias, g1);
      g0 = g1;
      g1 = g2;
      a += step;
      h += step;
      b += step;
    }
    const to = sums + at;
    v128.store(to, f32x4.add(v128.load(to), s0));
    v128.store(to + lane, f32x4.add(v128.load(to + lane), s1));
    v128.store(to + 2 * lane, f32x4.add(v128.load(to + 2 * lane), s2));
    v128.store(to + 3 * lane, f32x4.add(v128.load(to + 3 * lane), s3));
    v128.store(to + 4 * lane, f32x4.add(v128.load(to + 4 * lane), s4));
    v128.store(to + 5 * lane, f32x4.add(v128.load(to + 5 * lane), s5));
    v128.store(to + 6 * lane, f32x4.add(v128.load(to + 6 * lane), s6));
    v128.store(to + 7 * lane, f32x4.add(v128.load(to + 7 * lane), s7));
    v128.store(to + 8 * lane, f32x4.add(v128.load(to + 8 * lane), s8));
    v128.store(to + 9 * lane, f32x4.add(v128.load(to + 9 * lane), bias));
  }
}
