// One group of heads of one sequence, with steps, B and C given.
import { storeLanes, up } from '../../assembly/map-tokens.as';
import { backwardChunk } from './backward.as';
import { CHUNK, draw, dxs, initial, keepState, layout, packStates, pixels, rowsB, rowsC, startOf, state } from './chunk.as';
import { forwardChunk } from './forward.as';
import { prepareGroup } from './prepare.as';

/**
 * One group of one sequence; the pointers are at its first head (x, dt, y, begin, last) or group (B, C). `begin` and
 * `last` [heads, P, N], or 0. `states` or 0: where the states at the start of the chunks go.
 */
export function forwardGroup(
  x: usize,
  dt: usize,
  B: usize,
  C: usize,
  begin: usize,
  pack: usize,
  y: usize,
  last: usize,
  states: usize,
  L: i32,
  allHeads: i32,
  groups: i32,
  heads: i32,
  P: i32,
  N: i32,
  softplused: bool,
  scratch: usize,
  table: usize,
): void {
  layout(scratch, heads, P, N, 0);
  if (begin != 0) packStates(begin, state, heads, P, N, false);
  for (let s0 = 0; s0 < L; s0 += CHUNK) {
    const tokens = min(CHUNK, L - s0);
    prepareGroup(x, dt, B, C, s0, tokens, allHeads, groups, heads, P, N, softplused, pack, table);
    keepState(states, s0 / CHUNK, heads, P, N);
    forwardChunk(tokens, heads, P, N, pack, y, false);
  }
  if (last != 0) packStates(last, state, heads, P, N, true);
}

/** The gradient of `forwardGroup`. dx, ddt, dB, dC, dBegin (unless 0) are written, dPack is added to. */
export function backwardGroup(
  x: usize,
  dt: usize,
  B: usize,
  C: usize,
  begin: usize,
  pack: usize,
  states: usize,
  dy: usize,
  dLast: usize,
  dx: usize,
  ddt: usize,
  dB: usize,
  dC: usize,
  dBegin: usize,
  dPack: usize,
  L: i32,
  allHeads: i32,
  groups: i32,
  heads: i32,
  P: i32,
  N: i32,
  softplused: bool,
  scratch: usize,
  table: usize,
): void {
  layout(scratch, heads, P, N, 0);
  if (begin != 0) packStates(begin, initial, heads, P, N, false);
  if (dLast != 0) packStates(dLast, state, heads, P, N, false);
  const Pp = up(P, 4);
  const Np = up(N, 8) as usize;
  const H4 = up(heads, 4) as usize;
  for (let chunk = (L - 1) / CHUNK; chunk >= 0; chunk--) {
    const s0 = chunk * CHUNK;
    const tokens = min(CHUNK, L - s0);
    prepareGroup(x, dt, B, C, s0, tokens, allHeads, groups, heads, P, N, softplused, pack, table);
    backwardChunk(tokens, heads, P, N, softplused, pack, dPack, dy, startOf(states, chunk, heads, P, N), table);
    for (let i: usize = 0; i < (tokens as usize); i++) {
      const t = (s0 as usize) + i;
      const pixel = dx + (load<u32>(pixels + (i << 2)) as usize);
      for (let r = 0; r < heads; r++) {
        store<f32>(
          ddt + ((t * (allHeads as usize) + (r as usize)) << 2),
          load<f32>(draw + ((i * H4 + (r as usize)) << 2)),
        );
        for (let p = 0; p < P; p += 4) {
          const from = dxs + ((i * ((heads * Pp) as usize) + ((r * Pp + p) as usize)) << 2);
          storeLanes(pixel + (((r * P + p) as usize) << 2), v128.load(from), P - p);
        }
      }
      for (let n: usize = 0; n < (N as usize); n++) {
        const to = (t * ((groups * N) as usize) + n) << 2;
        store<f32>(dB + to, load<f32>(rowsB + ((i * Np + n) << 2)));
        store<f32>(dC + to, load<f32>(rowsC + ((i * Np + n) << 2)));
      }
    }
  }
  if (dBegin != 0) packStates(dBegin, state, heads, P, N, true);
}
