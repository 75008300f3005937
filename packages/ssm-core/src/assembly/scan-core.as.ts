// The recurrence of the selective scan on one block: 4 channels (one vector) x N states x up to 64 tokens.
//
//   h_t[n] = 2^(dt_t A2[n]) h_{t-1}[n] + du_t B_t[n];   y_t += sum_n h_t[n] C_t[n]        (A2 = A log2 e, du = delta u)
//
// Layout "d4": every vector holds 4 channels; 4 states at a time live in locals while the tokens run; y is added up in
// an L1 buffer of 16 bytes a token. B and C are read as scalars and spread over the lanes. N is a multiple of 4: the
// caller pads A2, B and C with zeros (a padded state stays 0).
import { madd } from '@prismamba/backend/assembly/simd-math';
import { exp2, splat, TABLE_C0, TABLE_LOWEST, TABLE_MAGIC } from './exp2.as';

/** Tokens a chunk. */
export const CHUNK: i32 = 64;

/**
 * dt, du, y: [tokens] vectors. B, C: first state of the first token, `stride` bytes a token. A2, h: [N] vectors; h is
 * read and written.
 */
export function forwardBlock(
  tokens: i32,
  states: i32,
  dt: usize,
  du: usize,
  y: usize,
  B: usize,
  C: usize,
  stride: usize,
  A2: usize,
  h: usize,
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
  for (let n = 0; n < states; n += 4) {
    const a0 = v128.load(A2, 0);
    const a1 = v128.load(A2, 16);
    const a2 = v128.load(A2, 32);
    const a3 = v128.load(A2, 48);
    let h0 = v128.load(h, 0);
    let h1 = v128.load(h, 16);
    let h2 = v128.load(h, 32);
    let h3 = v128.load(h, 48);
    let b = B;
    let c = C;
    const end = (tokens as usize) << 4;
    for (let t: usize = 0; t < end; t += 16) {
      const step = v128.load(dt + t);
      const drive = v128.load(du + t);
      let sum = v128.load(y + t);
      h0 = madd(exp2(f32x4.mul(step, a0), lowest, magic, c0, c1, c2, c3, c4, c5), h0, f32x4.mul(drive, splat(b, 0)));
      sum = madd(h0, splat(c, 0), sum);
      h1 = madd(exp2(f32x4.mul(step, a1), lowest, magic, c0, c1, c2, c3, c4, c5), h1, f32x4.mul(drive, splat(b, 4)));
      sum = madd(h1, splat(c, 4), sum);
      h2 = madd(exp2(f32x4.mul(step, a2), lowest, magic, c0, c1, c2, c3, c4, c5), h2, f32x4.mul(drive, splat(b, 8)));
      sum = madd(h2, splat(c, 8), sum);
      h3 = madd(exp2(f32x4.mul(step, a3), lowest, magic, c0, c1, c2, c3, c4, c5), h3, f32x4.mul(drive, splat(b, 12)));
      sum = madd(h3, splat(c, 12), sum);
      v128.store(y + t, sum);
      b += stride;
      c += stride;
    }
    v128.store(h, h0, 0);
    v128.store(h, h1, 16);
    v128.store(h, h2, 32);
    v128.store(h, h3, 48);
    A2 += 64;
    h += 64;
    B += 16;
    C += 16;
  }
}

/**
 * Walks one block forward from the state at its start (kept in `trail`, with the decays in `decays`) and back again.
 * With g the gradient of the state:
 *
 *   g += dy_t C_t;  dC_t += dy_t h_t;  dB_t += g du_t;  ddu_t += g B_t;  d(dt A2)_t = g h_{t-1} 2^(dt A2) (times ln 2)
 *   ddt_t += d(dt A2) A2;  dA2 += d(dt A2) dt_t;  g = g 2^(dt_t A2)
 *
 * dt, du, dy, ddt, ddu: [tokens] vectors (the last two are added to). dB, dC: vectors, [tokens][N], added to; their lanes
 * are summed by the caller. A2, start, g, dA2: [N] vectors; g is read and written, dA2 added to. trail: (tokens + 1) x 4
 * vectors, decays: tokens x 4 vectors of scratch. ddt and dA2 leave out the factor ln 2.
 */
export function backwardBlock(
  tokens: i32,
  states: i32,
  dt: usize,
  du: usize,
  dy: usize,
  B: usize,
  C: usize,
  stride: usize,
  A2: usize,
  start: usize,
  g: usize,
  dA2: usize,
  ddt: usize,
  ddu: usize,
  dB: usize,
  dC: usize,
  trail: usize,
  decays: usize,
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
  const row = (states as usize) << 4;
  for (let n = 0; n < states; n += 4) {
    const a0 = v128.load(A2, 0);
    const a1 = v128.load(A2, 16);
    const a2 = v128.load(A2, 32);
    const a3 = v128.load(A2, 48);
    let h0 = v128.load(start, 0);
    let h1 = v128.load(start, 16);
    let h2 = v128.load(start, 32);
    let h3 = v128.load(start, 48);
    let b = B;
    let at = trail;
    let e = decays;
    const end = (tokens as usize) << 4;
    for (let t: usize = 0; t < end; t += 16) {
      const step = v128.load(dt + t);
      const drive = v128.load(du + t);
      v128.store(at, h0, 0);
      v128.store(at, h1, 16);
      v128.store(at, h2, 32);
      v128.store(at, h3, 48);
      const e0 = exp2(f32x4.mul(step, a0), lowest, magic, c0, c1, c2, c3, c4, c5);
      v128.store(e, e0, 0);
      h0 = madd(e0, h0, f32x4.mul(drive, splat(b, 0)));
      const e1 = exp2(f32x4.mul(step, a1), lowest, magic, c0, c1, c2, c3, c4, c5);
      v128.store(e, e1, 16);
      h1 = madd(e1, h1, f32x4.mul(drive, splat(b, 4)));
      const e2 = exp2(f32x4.mul(step, a2), lowest, magic, c0, c1, c2, c3, c4, c5);
      v128.store(e, e2, 32);
      h2 = madd(e2, h2, f32x4.mul(drive, splat(b, 8)));
      const e3 = exp2(f32x4.mul(step, a3), lowest, magic, c0, c1, c2, c3, c4, c5);
      v128.store(e, e3, 48);
      h3 = madd(e3, h3, f32x4.mul(drive, splat(b, 12)));
      b += stride;
      at += 64;
      e += 64;
    }
    v128.store(at, h0, 0);
    v128.store(at, h1, 16);
    v128.store(at, h2, 32);
    v128.store(at, h3, 48);

    for (let q: usize = 0; q < 64; q += 32) {
      // Two states at a time: their gradients, slopes and sums stay in locals, dy, du and dt are read once for both.
      const first = v128.load(A2 + q, 0);
      const second = v128.load(A2 + q, 16);
      let g0 = v128.load(g + q, 0);
      let g1 = v128.load(g + q, 16);
      let sum0 = v128.load(dA2 + q, 0);
      let sum1 = v128.load(dA2 + q, 16);
      let before = trail + ((tokens as usize) << 6) + q;
      let after0 = v128.load(before, 0);
      let after1 = v128.load(before, 16);
      let decay = decays + ((tokens as usize) << 6) + q;
      let cell = (tokens as usize) * row + ((n as usize) << 4) + q;
      b = B + (tokens as usize) * stride + (q >> 2);
      let c = C + (tokens as usize) * stride + (q >> 2);
      for (let t = (tokens as usize) << 4; t > 0; ) {
        t -= 16;
        before -= 64;
        decay -= 64;
        cell -= row;
        b -= stride;
        c -= stride;
        const out = v128.load(dy + t);
        const drive = v128.load(du + t);
        g0 = madd(out, splat(c, 0), g0);
        g1 = madd(out, splat(c, 4), g1);
        v128.store(dC + cell, madd(out, after0, v128.load(dC + cell, 0)), 0);
        v128.store(dC + cell, madd(out, after1, v128.load(dC + cell, 16)), 16);
        v128.store(dB + cell, madd(g0, drive, v128.load(dB + cell, 0)), 0);
        v128.store(dB + cell, madd(g1, drive, v128.load(dB + cell, 16)), 16);
        v128.store(ddu + t, madd(g1, splat(b, 4), madd(g0, splat(b, 0), v128.load(ddu + t))));
        g0 = f32x4.mul(g0, v128.load(decay, 0));
        g1 = f32x4.mul(g1, v128.load(decay, 16));
        after0 = v128.load(before, 0);
        after1 = v128.load(before, 16);
        const slope0 = f32x4.mul(g0, after0);
        const slope1 = f32x4.mul(g1, after1);
        v128.store(ddt + t, madd(slope1, second, madd(slope0, first, v128.load(ddt + t))));
        const step = v128.load(dt + t);
        sum0 = madd(slope0, step, sum0);
        sum1 = madd(slope1, step, sum1);
      }
      v128.store(g + q, g0, 0);
      v128.store(g + q, g1, 16);
      v128.store(dA2 + q, sum0, 0);
      v128.store(dA2 + q, sum1, 16);
    }
    B += 16;
    C += 16;
    A2 += 64;
    start += 64;
    g += 64;
    dA2 += 64;
  }
}
