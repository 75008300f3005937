// What both passes need of a chunk: the tokens' channels in padded rows, B and C, steps and decays of the heads; either
// with everything given (a group) or with steps, B and C projected from the input (a direction of a map).
import { exp2Of, softplusFrom, splat, TABLE_LOG2E } from '../../assembly/exp2.as';
import { fillPixels, loadLanes, project, up } from '../../assembly/map-tokens.as';
import { decay, delta, mB, mC, pixels, proj, raw, small, xs } from './chunk.as';
import { projectionAt } from './parameters.as';

/** Copies the heads' P floats of every token into rows of heads of Pp floats (the padding is already 0). */
function gatherHeads(map: usize, tokens: i32, heads: i32, P: i32): void {
  const Pp = up(P, 4);
  let to = xs;
  for (let i = 0; i < tokens; i++) {
    let from = map + (load<u32>(pixels + ((i as usize) << 2)) as usize);
    for (let r = 0; r < heads; r++) {
      let p = 0;
      for (; p + 4 <= P; p += 4) v128.store(to + ((p as usize) << 2), v128.load(from + ((p as usize) << 2)));
      if (p < P) v128.store(to + ((p as usize) << 2), loadLanes(from + ((p as usize) << 2), P - p));
      from += (P as usize) << 2;
      to += (Pp as usize) << 2;
    }
  }
}

/** Copies N floats a token, `rowBytes` apart, into rows of Np floats. */
function copyMatrix(from: usize, rowBytes: usize, tokens: i32, N: i32, to: usize): void {
  const Np = up(N, 8);
  for (let i = 0; i < tokens; i++) {
    for (let n: usize = 0; n < (N as usize); n++) store<f32>(to + (n << 2), load<f32>(from + (n << 2)));
    from += rowBytes;
    to += (Np as usize) << 2;
  }
}

/** raw = steps + bias; delta = softplus(raw) or raw; decay = 2^(delta A2): once a head. */
function headSteps(
  steps: usize,
  rowBytes: usize,
  tokens: i32,
  heads: i32,
  softplused: bool,
  pack: usize,
  table: usize,
): void {
  const H4 = up(heads, 4) as usize;
  const minusLog2e = f32x4.neg(splat(table, TABLE_LOG2E));
  for (let i: usize = 0; i < (tokens as usize); i++) {
    const row = (i * H4) << 2;
    for (let r = 0; r < heads; r += 4) {
      const at = row + ((r as usize) << 2);
      const lane = (r as usize) << 2;
      const bias = v128.load(pack + (H4 << 2) + lane);
      const value = f32x4.add(loadLanes(steps + i * rowBytes + lane, heads - r), bias);
      let step = value;
      if (softplused) {
        const e = exp2Of(f32x4.mul(f32x4.abs(value), minusLog2e), table);
        step = softplusFrom(value, e, table);
        v128.store(small + at, e);
      }
      v128.store(raw + at, value);
      v128.store(delta + at, step);
      v128.store(decay + at, exp2Of(f32x4.mul(step, v128.load(pack + lane)), table));
    }
  }
}

/** Prepares the chunk of a group whose steps, B and C are given: rows of `allHeads` and of `groups` N floats. */
export function prepareGroup(
  x: usize,
  dt: usize,
  B: usize,
  C: usize,
  s0: i32,
  tokens: i32,
  allHeads: i32,
  groups: i32,
  heads: i32,
  P: i32,
  N: i32,
  softplused: bool,
  pack: usize,
  table: usize,
): void {
  const start = s0 as usize;
  const row = ((allHeads * P) as usize) << 2;
  for (let i: usize = 0; i < (tokens as usize); i++) store<u32>(pixels + (i << 2), ((start + i) * row) as u32);
  const bRow = ((groups * N) as usize) << 2;
  gatherHeads(x, tokens, heads, P);
  copyMatrix(B + start * bRow, bRow, tokens, N, mB);
  copyMatrix(C + start * bRow, bRow, tokens, N, mC);
  const dtRow = (allHeads as usize) << 2;
  headSteps(dt + start * dtRow, dtRow, tokens, heads, softplused, pack, table);
}

/** Prepares a chunk of a direction of a map: steps, B and C are projections of the input. */
export function prepareDirection(
  x: usize,
  direction: i32,
  t0: i32,
  tokens: i32,
  height: i32,
  width: i32,
  heads: i32,
  P: i32,
  N: i32,
  pack: usize,
  table: usize,
): void {
  const W = heads * up(P, 4);
  const Op = up(heads + 2 * N, 12);
  fillPixels(pixels, direction, t0, tokens, height, width, heads * P);
  gatherHeads(x, tokens, heads, P);
  project(xs, pack + projectionAt(heads, P), proj, tokens, W, Op);
  const row = (Op as usize) << 2;
  headSteps(proj, row, tokens, heads, true, pack, table);
  copyMatrix(proj + ((heads as usize) << 2), row, tokens, N, mB);
  copyMatrix(proj + (((heads + N) as usize) << 2), row, tokens, N, mC);
}
