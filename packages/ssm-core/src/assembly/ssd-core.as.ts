// The recurrence of Mamba-2 (SSD) on one block: 4 channels of one head (one vector) x Np states x up to 64 tokens.
//
//   h_t[n] = decay_t h_{t-1}[n] + du_t B_t[n];   y_t += sum_n h_t[n] C_t[n]        (du = delta x, decay a scalar a head)
//
// As scan-core, with 8 states at a time in locals (Np is a multiple of 8; B, C and the states are padded with zeros) and
// no exponential inside: the decay is read as a scalar of the head.
import { madd } from '@prismamba/backend/assembly/simd-math';
import { splat } from './exp2.as';

/** decay: a scalar a token, `hRow` bytes apart. du, y: [tokens] vectors. B, C: rows of `row` bytes. h: [Np] vectors. */
export function forwardHeadBlock(
  tokens: i32,
  Np: i32,
  decay: usize,
  hRow: usize,
  du: usize,
  y: usize,
  B: usize,
  C: usize,
  row: usize,
  h: usize,
): void {
  for (let n = 0; n < Np; n += 8) {
    let h0 = v128.load(h, 0);
    let h1 = v128.load(h, 16);
    let h2 = v128.load(h, 32);
    let h3 = v128.load(h, 48);
    let h4 = v128.load(h, 64);
    let h5 = v128.load(h, 80);
    let h6 = v128.load(h, 96);
    let h7 = v128.load(h, 112);
    let e = decay;
    let b = B;
    let c = C;
    const end = (tokens as usize) << 4;
    for (let t: usize = 0; t < end; t += 16) {
      const keep = splat(e, 0);
      const drive = v128.load(du + t);
      h0 = madd(keep, h0, f32x4.mul(drive, splat(b, 0)));
      h1 = madd(keep, h1, f32x4.mul(drive, splat(b, 4)));
      h2 = madd(keep, h2, f32x4.mul(drive, splat(b, 8)));
      h3 = madd(keep, h3, f32x4.mul(drive, splat(b, 12)));
      h4 = madd(keep, h4, f32x4.mul(drive, splat(b, 16)));
      h5 = madd(keep, h5, f32x4.mul(drive, splat(b, 20)));
      h6 = madd(keep, h6, f32x4.mul(drive, splat(b, 24)));
      h7 = madd(keep, h7, f32x4.mul(drive, splat(b, 28)));
      let even = madd(h0, splat(c, 0), v128.load(y + t));
      let odd = f32x4.mul(h1, splat(c, 4));
      even = madd(h2, splat(c, 8), even);
      odd = madd(h3, splat(c, 12), odd);
      even = madd(h4, splat(c, 16), even);
      odd = madd(h5, splat(c, 20), odd);
      even = madd(h6, splat(c, 24), even);
      odd = madd(h7, splat(c, 28), odd);
      v128.store(y + t, f32x4.add(even, odd));
      e += hRow;
      b += row;
      c += row;
    }
    v128.store(h, h0, 0);
    v128.store(h, h1, 16);
    v128.store(h, h2, 32);
    v128.store(h, h3, 48);
    v128.store(h, h4, 64);
    v128.store(h, h5, 80);
    v128.store(h, h6, 96);
    v128.store(h, h7, 112);
    h += 128;
    B += 32;
    C += 32;
  }
}

/**
 * Walks one block forward from the states at its start (kept in `trail`, [tokens + 1][8] vectors) and back again. With g
 * the gradient of the states:
 *
 *   g += dy_t C_t;  dC_t += dy_t h_t;  dB_t += g du_t;  ddu_t += g B_t;  slope_t += g decay_t h_{t-1};  g = g decay_t
 *
 * du, dy, ddu, slope: [tokens] vectors (the last two are added to). dB, dC: vectors, [tokens][Np], added to; their lanes
 * are summed by the caller. start, g: [Np] vectors; g is read and written.
 */
export function backwardHeadBlock(
  tokens: i32,
  Np: i32,
  decay: usize,
  hRow: usize,
  du: usize,
  dy: usize,
  B: usize,
  C: usize,
  row: usize,
  start: usize,
  g: usize,
  ddu: usize,
  slope: usize,
  dB: usize,
  dC: usize,
  trail: usize,
): void {
  const count = tokens as usize;
  const cellRow = (Np as usize) << 4;
  for (let n: usize = 0; n < (Np as usize); n += 8) {
    for (let half: usize = 0; half < 8; half += 4) {
      let h0 = v128.load(start + (half << 4), 0);
      let h1 = v128.load(start + (half << 4), 16);
      let h2 = v128.load(start + (half << 4), 32);
      let h3 = v128.load(start + (half << 4), 48);
      let at = trail + (half << 4);
      let e = decay;
      let b = B + (half << 2);
      for (let t: usize = 0; t < count; t++) {
        v128.store(at, h0, 0);
        v128.store(at, h1, 16);
        v128.store(at, h2, 32);
        v128.store(at, h3, 48);
        const keep = splat(e, 0);
        const drive = v128.load(du + (t << 4));
        h0 = madd(keep, h0, f32x4.mul(drive, splat(b, 0)));
        h1 = madd(keep, h1, f32x4.mul(drive, splat(b, 4)));
        h2 = madd(keep, h2, f32x4.mul(drive, splat(b, 8)));
        h3 = madd(keep, h3, f32x4.mul(drive, splat(b, 12)));
        at += 128;
        e += hRow;
        b += row;
      }
      v128.store(at, h0, 0);
      v128.store(at, h1, 16);
      v128.store(at, h2, 32);
      v128.store(at, h3, 48);
    }
    for (let q: usize = 0; q < 8; q += 2) {
      let g0 = v128.load(g + (q << 4), 0);
      let g1 = v128.load(g + (q << 4), 16);
      let before = trail + (count << 7) + (q << 4);
      let after0 = v128.load(before, 0);
      let after1 = v128.load(before, 16);
      let cell = count * cellRow + ((n + q) << 4);
      let b = B + count * row + (q << 2);
      let c = C + count * row + (q << 2);
      let e = decay + count * hRow;
      for (let t = count << 4; t > 0; ) {
        t -= 16;
        before -= 128;
        cell -= cellRow;
        b -= row;
        c -= row;
        e -= hRow;
        const out = v128.load(dy + t);
        const drive = v128.load(du + t);
        const keep = splat(e, 0);
        g0 = madd(out, splat(c, 0), g0);
        g1 = madd(out, splat(c, 4), g1);
        v128.store(dC + cell, madd(out, after0, v128.load(dC + cell, 0)), 0);
        v128.store(dC + cell, madd(out, after1, v128.load(dC + cell, 16)), 16);
        v128.store(dB + cell, madd(g0, drive, v128.load(dB + cell, 0)), 0);
        v128.store(dB + cell, madd(g1, drive, v128.load(dB + cell, 16)), 16);
        v128.store(ddu + t, madd(g1, splat(b, 4), madd(g0, splat(b, 0), v128.load(ddu + t))));
        g0 = f32x4.mul(g0, keep);
        g1 = f32x4.mul(g1, keep);
        after0 = v128.load(before, 0);
        after1 = v128.load(before, 16);
        v128.store(slope + t, madd(g1, after1, madd(g0, after0, v128.load(slope + t))));
      }
      v128.store(g + (q << 4), g0, 0);
      v128.store(g + (q << 4), g1, 16);
    }
    start += 128;
    g += 128;
    B += 32;
    C += 32;
  }
}
