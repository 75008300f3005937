// 2^x, softplus and sigmoid on four lanes. The polynomial's constants come from a table in memory, loaded once a call:
// written as literals, V8 builds them again in every iteration (1.6x slower).
import { madd } from '../../../backend/assembly/lib/simd-math';

// Table layout, floats: lowest exponent, magic rounding number, c0..c5, log2(e), ln(2).
export const TABLE_LOWEST: usize = 0;
export const TABLE_MAGIC: usize = 4;
export const TABLE_C0: usize = 8;
export const TABLE_LOG2E: usize = 32;
export const TABLE_LN2: usize = 36;

// @ts-ignore: decorator
@inline
export function splat(pointer: usize, offset: usize): v128 {
  return v128.load32_splat(pointer + offset);
}

/**
 * 2^x for x <= 127: x clamped at -126, split into its nearest whole number n (magic-number rounding) and f in
 * [-0.5, 0.5]; minimax polynomial of degree 5 in f (relative error 8e-8); n added to the exponent bits.
 */
// @ts-ignore: decorator
@inline
export function exp2(
  x: v128,
  lowest: v128,
  magic: v128,
  c0: v128,
  c1: v128,
  c2: v128,
  c3: v128,
  c4: v128,
  c5: v128,
): v128 {
  const clamped = f32x4.pmax(x, lowest); // NaN stays NaN
  const shifted = f32x4.add(clamped, magic);
  const f = f32x4.sub(clamped, f32x4.sub(shifted, magic));
  let p = madd(c5, f, c4);
  p = madd(p, f, c3);
  p = madd(p, f, c2);
  p = madd(p, f, c1);
  p = madd(p, f, c0);
  return i32x4.add(p, i32x4.shl(shifted, 23));
}

/** 2^x with the constants of the table; for code outside inner loops. */
export function exp2Of(x: v128, table: usize): v128 {
  return exp2(
    x,
    splat(table, TABLE_LOWEST),
    splat(table, TABLE_MAGIC),
    splat(table, TABLE_C0),
    splat(table, TABLE_C0 + 4),
    splat(table, TABLE_C0 + 8),
    splat(table, TABLE_C0 + 12),
    splat(table, TABLE_C0 + 16),
    splat(table, TABLE_C0 + 20),
  );
}

/**
 * softplus(x) = max(x, 0) + log1p(exp(-|x|)), with log1p(e) = 2 atanh(e/(2+e)) as an odd polynomial (e in (0, 1], so its
 * argument is at most 1/3). Above 20 it is x, as in PyTorch, because e^-20 is below float32's resolution of 20.
 */
export function softplus(x: v128, table: usize): v128 {
  const e = exp2Of(f32x4.mul(f32x4.neg(f32x4.abs(x)), splat(table, TABLE_LOG2E)), table);
  const z = f32x4.div(e, f32x4.add(e, f32x4.splat(2)));
  const s = f32x4.mul(z, z);
  let p = f32x4.splat(1.0 / 13);
  p = madd(p, s, f32x4.splat(1.0 / 11));
  p = madd(p, s, f32x4.splat(1.0 / 9));
  p = madd(p, s, f32x4.splat(1.0 / 7));
  p = madd(p, s, f32x4.splat(1.0 / 5));
  p = madd(p, s, f32x4.splat(1.0 / 3));
  p = madd(p, s, f32x4.splat(1));
  const twice = f32x4.add(z, z);
  return madd(twice, p, f32x4.pmax(x, f32x4.splat(0)));
}

/** sigmoid(x) = 1/(1 + exp(-|x|)), mirrored for x < 0. The derivative of softplus. */
export function sigmoid(x: v128, table: usize): v128 {
  const e = exp2Of(f32x4.mul(f32x4.neg(f32x4.abs(x)), splat(table, TABLE_LOG2E)), table);
  const one = f32x4.splat(1);
  const r = f32x4.div(one, f32x4.add(one, e));
  return v128.bitselect(f32x4.mul(e, r), r, f32x4.lt(x, f32x4.splat(0)));
}
