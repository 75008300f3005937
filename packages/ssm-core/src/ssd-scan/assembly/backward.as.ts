// The gradient over one prepared chunk.
import { madd, sumLanes } from '@prismamba/backend/assembly/simd-math';
import { sigmoidFrom, splat, TABLE_LN2 } from '../../assembly/exp2.as';
import { loadLanes, up } from '../../assembly/map-tokens.as';
import { backwardHeadBlock } from '../../assembly/ssd-core.as';
import {
  cellsB, cellsC, CHUNK, ddelta, ddu, decay, delta, draw, du, dxs, mB, mC, out, pixels, raw, rowsB, rowsC, slope, small,
  state, trail, xs,
} from './chunk.as';
import { skipAt } from './parameters.as';

/**
 * The gradient over one prepared chunk: fills dxs, draw (after the softplus), rowsB, rowsC; adds to the sums in dPack (laid
 * out as pack; the first section receives the gradient of A).
 */
export function backwardChunk(
  tokens: i32,
  heads: i32,
  P: i32,
  N: i32,
  softplused: bool,
  pack: usize,
  dPack: usize,
  dy: usize,
  start: usize,
  table: usize,
): void {
  const Pp = up(P, 4);
  const Np = up(N, 8);
  const count = tokens as usize;
  const tile = (CHUNK as usize) << 4;
  const xRow = ((heads * Pp) as usize) << 2;
  const hRow = (up(heads, 4) as usize) << 2;
  const ln2 = load<f32>(table + TABLE_LN2);
  memory.fill(cellsB, 0, (count * (Np as usize)) << 4);
  memory.fill(cellsC, 0, (count * (Np as usize)) << 4);
  for (let r = 0; r < heads; r++) {
    const head = (r as usize) << 2;
    memory.fill(slope, 0, 2 * tile); // and ddelta
    for (let p = 0; p < P; p += 4) {
      const at = ((r * Pp + p) as usize) << 2;
      const skip = skipAt(heads) + at;
      const keep = v128.load(pack + skip);
      const from = dy + (((r * P + p) as usize) << 2);
      for (let t: usize = 0; t < count; t++) {
        const x = v128.load(xs + t * xRow + at);
        v128.store(du + (t << 4), f32x4.mul(splat(delta + t * hRow + head, 0), x));
        v128.store(out + (t << 4), loadLanes(from + (load<u32>(pixels + (t << 2)) as usize), P - p));
      }
      memory.fill(ddu, 0, tile);
      const cell = at * (Np as usize);
      backwardHeadBlock(
        tokens, Np, decay + head, hRow, du, out, mB, mC, (Np as usize) << 2, start + cell, state + cell, ddu, slope,
        cellsB, cellsC, trail,
      );
      let sumSkip = v128.load(dPack + skip);
      for (let t: usize = 0; t < count; t++) {
        const x = v128.load(xs + t * xRow + at);
        const upstream = v128.load(out + (t << 4));
        const drive = v128.load(ddu + (t << 4));
        // dx = d(du) delta + D dy;  ddelta += d(du) x
        v128.store(dxs + t * xRow + at, madd(drive, splat(delta + t * hRow + head, 0), f32x4.mul(keep, upstream)));
        v128.store(ddelta + (t << 4), madd(drive, x, v128.load(ddelta + (t << 4))));
        sumSkip = madd(upstream, x, sumSkip);
      }
      v128.store(dPack + skip, sumSkip);
    }
    const A = load<f32>(pack + head) * ln2;
    let sumA = load<f32>(dPack + head);
    for (let t: usize = 0; t < count; t++) {
      // slope = sum of g decay h_{t-1} over the head: d(delta A)
      const s = sumLanes(v128.load(slope + (t << 4)));
      store<f32>(draw + t * hRow + head, sumLanes(v128.load(ddelta + (t << 4))) + A * s);
      sumA += load<f32>(delta + t * hRow + head) * s;
    }
    store<f32>(dPack + head, sumA);
  }
  for (let r: usize = 0; r < hRow; r += 16) {
    let sumBias = v128.load(dPack + hRow + r);
    for (let t: usize = 0; t < count; t++) {
      const at = t * hRow + r;
      let value = v128.load(draw + at);
      if (softplused) value = f32x4.mul(value, sigmoidFrom(v128.load(raw + at), v128.load(small + at), table));
      v128.store(draw + at, value);
      sumBias = f32x4.add(sumBias, value);
    }
    v128.store(dPack + hRow + r, sumBias);
  }
  for (let i: usize = 0; i < count * (Np as usize); i++) {
    store<f32>(rowsB + (i << 2), sumLanes(v128.load(cellsB + (i << 4))));
    store<f32>(rowsC + (i << 2), sumLanes(v128.load(cellsC + (i << 4))));
  }
}
