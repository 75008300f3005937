// Register blocks of a matrix product: four scalars a step against one or two vectors, the sums held in registers.
import { madd } from './simd-math.as';

/** acc[4][8] += sum over `count` pixels of x[4] * b[8]. */
@inline
export function block4x8(
  x0: usize, x1: usize, x2: usize, x3: usize, xStep: usize,
  b: usize, bStep: usize, count: i32, acc: usize, accStep: usize,
): void {
  let a00 = v128.load(acc), a01 = v128.load(acc, 16);
  let a10 = v128.load(acc + accStep), a11 = v128.load(acc + accStep, 16);
  let a20 = v128.load(acc + 2 * accStep), a21 = v128.load(acc + 2 * accStep, 16);
  let a30 = v128.load(acc + 3 * accStep), a31 = v128.load(acc + 3 * accStep, 16);
  for (let i = 0; i < count; i++) {
    const b0 = v128.load(b), b1 = v128.load(b, 16);
    let v = v128.load32_splat(x0);
    a00 = madd(v, b0, a00); a01 = madd(v, b1, a01);
    v = v128.load32_splat(x1);
    a10 = madd(v, b0, a10); a11 = madd(v, b1, a11);
    v = v128.load32_splat(x2);
    a20 = madd(v, b0, a20); a21 = madd(v, b1, a21);
    v = v128.load32_splat(x3);
    a30 = madd(v, b0, a30); a31 = madd(v, b1, a31);
    x0 += xStep; x1 += xStep; x2 += xStep; x3 += xStep;
    b += bStep;
  }
  v128.store(acc, a00); v128.store(acc, a01, 16);
  v128.store(acc + accStep, a10); v128.store(acc + accStep, a11, 16);
  v128.store(acc + 2 * accStep, a20); v128.store(acc + 2 * accStep, a21, 16);
  v128.store(acc + 3 * accStep, a30); v128.store(acc + 3 * accStep, a31, 16);
}

/** The same for 4 columns. */
@inline
export function block4x4(
  x0: usize, x1: usize, x2: usize, x3: usize, xStep: usize,
  b: usize, bStep: usize, count: i32, acc: usize, accStep: usize,
): void {
  let a0 = v128.load(acc), a1 = v128.load(acc + accStep);
  let a2 = v128.load(acc + 2 * accStep), a3 = v128.load(acc + 3 * accStep);
  for (let i = 0; i < count; i++) {
    const b0 = v128.load(b);
    a0 = madd(v128.load32_splat(x0), b0, a0);
    a1 = madd(v128.load32_splat(x1), b0, a1);
    a2 = madd(v128.load32_splat(x2), b0, a2);
    a3 = madd(v128.load32_splat(x3), b0, a3);
    x0 += xStep; x1 += xStep; x2 += xStep; x3 += xStep;
    b += bStep;
  }
  v128.store(acc, a0); v128.store(acc + accStep, a1);
  v128.store(acc + 2 * accStep, a2); v128.store(acc + 3 * accStep, a3);
}
