// One direction of SS2D over one image: steps, B and C are projections of the input.
import { addLanes, projectionToInput, projectionToWeights, up } from '../lib/map-tokens';
import { backwardChunk } from './backward';
import { CHUNK, dproj, draw, dxs, keepState, layout, pixels, rowsB, rowsC, startOf, xs } from './chunk';
import { forwardChunk } from './forward';
import { packBytes, projectionAt } from './parameters';
import { prepareDirection } from './prepare';

/** Adds the scan of one direction of one image [H, W, heads P] to y, which is cleared first if `alone`. */
export function forwardDirection(
  x: usize,
  pack: usize,
  y: usize,
  states: usize,
  alone: bool,
  direction: i32,
  height: i32,
  width: i32,
  heads: i32,
  P: i32,
  N: i32,
  scratch: usize,
  table: usize,
): void {
  const length = height * width;
  if (alone) memory.fill(y, 0, ((length * heads * P) as usize) << 2);
  layout(scratch, heads, P, N, heads + 2 * N);
  for (let t0 = 0; t0 < length; t0 += CHUNK) {
    const tokens = min(CHUNK, length - t0);
    prepareDirection(x, direction, t0, tokens, height, width, heads, P, N, pack, table);
    keepState(states, t0 / CHUNK, heads, P, N);
    forwardChunk(tokens, heads, P, N, pack, y, true);
  }
}

/** The gradient of `forwardDirection`: adds to dx and dPack, which are cleared first if `alone`. */
export function backwardDirection(
  x: usize,
  pack: usize,
  states: usize,
  dy: usize,
  dx: usize,
  dPack: usize,
  alone: bool,
  direction: i32,
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
  if (alone) {
    memory.fill(dx, 0, ((length * heads * P) as usize) << 2);
    memory.fill(dPack, 0, packBytes(heads, P, outputs) as usize);
  }
  layout(scratch, heads, P, N, outputs);
  const Pp = up(P, 4);
  const W = heads * Pp;
  const Op = up(outputs, 12);
  const Np = up(N, 8) as usize;
  const H4 = up(heads, 4) as usize;
  const weights = projectionAt(heads, P);
  for (let chunk = (length - 1) / CHUNK; chunk >= 0; chunk--) {
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
          addLanes(pixel + (((r * P + p) as usize) << 2), v128.load(from), P - p);
        }
      }
    }
  }
}
