// Exact GELU and its gradient, four values at a time. Phi(x) = (1 + erf(x / sqrt 2)) / 2 by Abramowitz and Stegun
// 7.1.26 (absolute error 7.5e-8), which shares its exponential with the density phi(x) of the gradient.
// Memory: none. Passes: one. Reads and writes stay inside the tensors.
import { madd } from '../assembly/simd-math.as';

/**
 * exp(x) for x <= 0: 2^n 2^f, f in [-0.5, 0.5], Taylor of degree 6; 0 below 2^-126. Relative error 2e-7. n is rounded by
 * adding 1.5 * 2^23, which leaves it in the low bits of the sum.
 */
@inline
function expOfNegative(x: v128): v128 {
  const exponent = f32x4.mul(x, f32x4.splat(1.4426950408889634)), least = f32x4.splat(-126.0);
  const y = f32x4.pmax(exponent, least);
  const rounder = f32x4.splat(12582912.0);
  const rounded = f32x4.add(y, rounder);
  const f = f32x4.sub(y, f32x4.sub(rounded, rounder));
  let p = madd(f, f32x4.splat(1.5403530393381606e-4), f32x4.splat(1.3333558146428443e-3));
  p = madd(p, f, f32x4.splat(9.6181291076284772e-3));
  p = madd(p, f, f32x4.splat(5.5504108664821580e-2));
  p = madd(p, f, f32x4.splat(2.4022650695910072e-1));
  p = madd(p, f, f32x4.splat(6.9314718055994531e-1));
  p = madd(p, f, f32x4.splat(1.0));
  // p > 0.7: adding n to its exponent bits multiplies by 2^n.
  const scaled = i32x4.add(p, i32x4.shl(rounded, 23));
  return v128.and(scaled, f32x4.ge(exponent, least));
}

/** Phi(x), given exp(-x^2 / 2). */
@inline
function distribution(x: v128, e: v128): v128 {
  // t = 1 / (1 + 0.3275911 |x| / sqrt 2)
  const t = f32x4.div(f32x4.splat(1.0), madd(f32x4.abs(x), f32x4.splat(0.2316418882663604), f32x4.splat(1.0)));
  let p = madd(t, f32x4.splat(1.061405429), f32x4.splat(-1.453152027));
  p = madd(p, t, f32x4.splat(1.421413741));
  p = madd(p, t, f32x4.splat(-0.284496736));
  p = madd(p, t, f32x4.splat(0.254829592));
  const tail = f32x4.mul(f32x4.mul(f32x4.mul(p, t), f32x4.splat(0.5)), e); // Phi(-|x|)
  return v128.bitselect(tail, f32x4.sub(f32x4.splat(1.0), tail), f32x4.lt(x, f32x4.splat(0.0)));
}

@inline
function halfSquareExp(x: v128): v128 {
  return expOfNegative(f32x4.mul(f32x4.mul(x, x), f32x4.splat(-0.5)));
}

@inline
function value(x: v128): v128 {
  return f32x4.mul(x, distribution(x, halfSquareExp(x)));
}

/** dy (Phi(x) + x phi(x)) */
@inline
function slope(x: v128, dy: v128): v128 {
  const e = halfSquareExp(x);
  const density = f32x4.mul(e, f32x4.splat(0.3989422804014327));
  return f32x4.mul(dy, madd(x, density, distribution(x, e)));
}

export function gelu(x: usize, y: usize, count: i32): void {
  let i: usize = 0;
  const end = <usize>count * 4;
  for (; i + 16 <= end; i += 16) v128.store(y + i, value(v128.load(x + i)));
  for (; i < end; i += 4) store<f32>(y + i, f32x4.extract_lane(value(v128.load32_zero(x + i)), 0));
}

export function geluGrad(x: usize, dy: usize, dx: usize, count: i32): void {
  let i: usize = 0;
  const end = <usize>count * 4;
  for (; i + 16 <= end; i += 16) v128.store(dx + i, slope(v128.load(x + i), v128.load(dy + i)));
  for (; i < end; i += 4) {
    const d = slope(v128.load32_zero(x + i), v128.load32_zero(dy + i));
    store<f32>(dx + i, f32x4.extract_lane(d, 0));
  }
}
