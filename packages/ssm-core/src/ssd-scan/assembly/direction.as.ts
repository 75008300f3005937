// Chunks of one direction of SS2D over one image: steps, B and C are projections of the input.
import { addLanes, projectionToInput, projectionToWeights, storeLanes, up } from '../../assembly/map-tokens.as';
import { backwardChunk } from './backward.as';
import { CHUNK, dproj, draw, dxs, keepState, layout, pixels, resume, rowsB, rowsC, startOf, xs } from './chunk.as';
import { forwardChunk } from './forward.as';
import { projectionAt } from './parameters.as';
import { prepareDirection } from './prepare.as';

/**
 * The scan of chunks [first, end) of one direction of one image [H, W, heads P]: added to y, or written to it if `write`.
 * `carry`: the state before chunk `first` (set to 0 here before the first one), afterwards that of chunk `end`.
 */
export function forwardDirection(
  x: usize,
  pack: usize,
  y: usize,
  states: usize,
  carry: usize,
  direction: i32,
  first: i32,
  end: i32,
  write: bool,
  height: i32,
  width: i32,
  heads: i32,
  P: i32,
  N: i32,
  scratch: usize,
  table: usize,
): void {
  const length = height * width;
  layout(scratch, heads, P, N, heads + 2 * N);
  resume(carry, first == 0, heads, P, N);
  for (let chunk = first; chunk < end; chunk++) {
    const t0 = chunk * CHUNK;
    const tokens = min(CHUNK, length - t0);
    prepareDirection(x, direction, t0, tokens, height, width, heads, P, N, pack, table);
    keepState(states, chunk, heads, P, N);
    forwardChunk(tokens, heads, P, N, pack, y, !write);
  }
}

/**
 * The gradient of chunks [first, end) of `forwardDirection`, from the last one back: added to dx, or written to it if
 * `write`, and added to dPack. `carry`: the gradient of the state after chunk `end - 1` (set to 0 here at the end of the
 * image), afterwards that before chunk `first`.
 */
export function backwardDirection(
  x: usize,
  pack: usize,
  dy: usize,
  states: usize,
  carry: usize,
  dx: usize,
  dPack: usize,
  direction: i32,
  first: i32,
  end: i32,
  write: bool,
  height: i32,
  width: i32,
  heads: i32,
  P: i32,
  N: i32,
  scratch: usize,
  table: usize,
): void {
  const length = height * width;
  const outputs = heads + 2 * N;
  layout(scratch, heads, P, N, outputs);
  resume(carry, end * CHUNK >= length, heads, P, N);
  const Pp = up(P, 4);
  const W = heads * Pp;
  const Op = up(outputs, 12);
  const Np = up(N, 8) as usize;
  const H4 = up(heads, 4) as usize;
  const weights = projectionAt(heads, P);
  for (let chunk = end - 1; chunk >= first; chunk--) {
    const t0 = chunk * CHUNK;
    const tokens = min(CHUNK, length - t0);
    prepareDirection(x, direction, t0, tokens, height, width, heads, P, N, pack, table);
    backwardChunk(tokens, heads, P, N, true, pack, dPack, dy, startOf(states, chunk, heads, P, N), table);
    for (let i: usize = 0; i < (tokens as usize); i++) {
      const row = dproj + ((i * (Op as usize)) << 2);
      for (let r: usize = 0; r < (heads as usize); r++) store<f32>(row + (r << 2), load<f32>(draw + ((i * H4 + r) << 2)));
      for (let n: usize = 0; n < (N as usize); n++) {
        const at = row + (((heads as usize) + n) << 2);
        store<f32>(at, load<f32>(rowsB + ((i * Np + n) << 2)));
        store<f32>(at + ((N as usize) << 2), load<f32>(rowsC + ((i * Np + n) << 2)));
      }
    }
    projectionToInput(dproj, pack + weights + (((W * Op) as usize) << 2), dxs, tokens, W, Op);
    projectionToWeights(xs, dproj, dPack + weights, tokens, W, Op);
    for (let i: usize = 0; i < (tokens as usize); i++) {
      const pixel = dx + (load<u32>(pixels + (i << 2)) as usize);
      for (let r = 0; r < heads; r++) {
        for (let p = 0; p < P; p += 4) {
          const from = dxs + ((i * (W as usize) + ((r * Pp + p) as usize)) << 2);
          const to = pixel + (((r * P + p) as usize) << 2);
          if (write) storeLanes(to, v128.load(from), P - p);
          else addLanes(to, v128.load(from), P - p);
        }
      }
    }
  }
}
