// 2^x, softplus and sigmoid on four lanes. The polynomial's constants come from a table in memory, loaded once a call:
// written as literals, V8 builds them again in every iteration (1.6x slower).
import { madd } from '@prismamba/backend/assembly/simd-math';

// Table layout, floats: lowest exponent, magic rounding number, c0..c5, log2(e), ln(2), 1, 2, atanh polynomial (5).
export const TABLE_LOWEST: usize = 0;
export const TABLE_MAGIC: usize = 4;
export const TABLE_C0: usize = 8;
export const TABLE_LOG2E: usize = 32;
export const TABLE_LN2: usize = 36;
export const TABLE_ONE: usize = 40;
export const TABLE_TWO: usize = 44;
export const TABLE_ATANH: usize = 48;

@inline
export function splat(pointer: usize, offset: usize): v128 {
  return v128.load32_splat(pointer + offset);
}

/**
 * 2^x for x <= 127: x clamped at -126, split into its nearest whole number n (magic-number rounding) and f in
 * [-0.5, 0.5]; minimax polynomial of degree 5 in f (relative error 8e-8); n added to the exponent bits.
 */
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
 * softplus(x) = max(x, 0) + log1p(e) with e = exp(-|x|), and log1p(e) = 2 atanh(z), z = e/(2 + e) <= 1/3, as an odd
 * polynomial. Above 20 it is x, as in PyTorch, because e^-20 is below float32's resolution of 20.
 */
@inline
export function softplusFrom(x: v128, e: v128, table: usize): v128 {
  const z = f32x4.div(e, f32x4.add(e, splat(table, TABLE_TWO)));
  const s = f32x4.mul(z, z);
  let p = madd(splat(table, TABLE_ATANH + 16), s, splat(table, TABLE_ATANH + 12));
  p = madd(p, s, splat(table, TABLE_ATANH + 8));
  p = madd(p, s, splat(table, TABLE_ATANH + 4));
  p = madd(p, s, splat(table, TABLE_ATANH));
  return madd(f32x4.add(z, z), p, f32x4.pmax(x, f32x4.splat(0)));
}

/** sigmoid(x), the derivative of softplus, from e = exp(-|x|): 1/(1 + e), mirrored for x < 0. */
@inline
export function sigmoidFrom(x: v128, e: v128, table: usize): v128 {
  const one = splat(table, TABLE_ONE);
  const r = f32x4.div(one, f32x4.add(one, e));
  return v128.bitselect(f32x4.mul(e, r), r, f32x4.lt(x, f32x4.splat(0)));
}

/** softplus with the constants of the table; for code outside inner loops. */
export function softplus(x: v128, table: usize): v128 {
  return softplusFrom(x, expOfMinusAbs(x, table), table);
}

/** sigmoid with the constants of the table; for code outside inner loops. */
export function sigmoid(x: v128, table: usize): v128 {
  return sigmoidFrom(x, expOfMinusAbs(x, table), table);
}

function expOfMinusAbs(x: v128, table: usize): v128 {
  return exp2Of(f32x4.mul(f32x4.neg(f32x4.abs(x)), splat(table, TABLE_LOG2E)), table);
}

/**
 * What every block of 4 channels starts with, over `tokens` vectors: raw += bias; dt = softplus(raw), or raw itself;
 * du = dt u; e = exp(-|raw|), which the derivative of the softplus needs.
 */
export function stepsOfTokens(
  tokens: i32,
  softplused: bool,
  bias: v128,
  raw: usize,
  u: usize,
  uRow: usize,
  e: usize,
  dt: usize,
  du: usize,
  table: usize,
): void {
  const lowest = splat(table, TABLE_LOWEST);
  const magic = splat(table, TABLE_MAGIC);
  const c0 = splat(table, TABLE_C0);
  const c1 = splat(table, TABLE_C0 + 4);
  const c2 = splat(table, TABLE_C0 + 8);
  const c3 = splat(table, TABLE_C0 + 12);
  const c4 = splat(table, TABLE_C0 + 16);
  const c5 = splat(table, TABLE_C0 + 20);
  const scale = f32x4.neg(splat(table, TABLE_LOG2E));
  for (let t: usize = 0; t < (tokens as usize) << 4; t += 16) {
    const value = f32x4.add(v128.load(raw + t), bias);
    let step = value;
    if (softplused) {
      const small = exp2(f32x4.mul(f32x4.abs(value), scale), lowest, magic, c0, c1, c2, c3, c4, c5);
      v128.store(e + t, small);
      step = softplusFrom(value, small, table);
    }
    v128.store(raw + t, value);
    v128.store(dt + t, step);
    v128.store(du + t, f32x4.mul(step, v128.load(u)));
    u += uRow;
  }
}
