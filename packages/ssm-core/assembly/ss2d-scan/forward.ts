// The scan of one direction of one image.
import { addLanes, fillPixels, project } from '../lib/map-tokens';
import { CHUNK, forwardBlock } from '../lib/scan-core';
import { gather, stepsOfBlock } from './chunk';
import { packA2, packBias, packDt, packSkip, packXProj, paddedChannels, paddedOutputs } from './weights';

/**
 * Adds the scan of one direction of one image to y. `states` (or 0): where the state at the start of every chunk goes.
 */
export function scanDirection(
  x: usize,
  pack: usize,
  y: usize,
  states: usize,
  direction: i32,
  height: i32,
  width: i32,
  D: i32,
  R: i32,
  N: i32,
  scratch: usize,
  table: usize,
): void {
  const Dp = paddedChannels(D);
  const Pp = paddedOutputs(R, N);
  const xRow = (Dp as usize) << 2;
  const pRow = (Pp as usize) << 2;
  const length = height * width;
  const pixels = scratch;
  const xs = pixels + ((CHUNK as usize) << 2);
  const proj = xs + (CHUNK as usize) * xRow;
  const h = proj + (CHUNK as usize) * pRow;
  const hBytes = ((Dp * N) as usize) << 2;
  const raw = h + hBytes;
  const e = raw + ((CHUNK as usize) << 4);
  const dt = e + ((CHUNK as usize) << 4);
  const du = dt + ((CHUNK as usize) << 4);
  const out = du + ((CHUNK as usize) << 4);
  const dtProj = pack + ((packDt(Dp, Pp) as usize) << 2);
  const bias = pack + ((packBias(Dp, Pp, R) as usize) << 2);
  const skip = pack + ((packSkip(Dp, Pp, R) as usize) << 2);
  const A2 = pack + ((packA2(Dp, Pp, R) as usize) << 2);
  memory.fill(xs, 0, (CHUNK as usize) * xRow);
  memory.fill(h, 0, hBytes);
  for (let t0 = 0; t0 < length; t0 += CHUNK) {
    const tokens = min(CHUNK, length - t0);
    fillPixels(pixels, direction, t0, tokens, height, width, D);
    gather(x, pixels, tokens, D, Dp, xs);
    if (x == y) {
      // In place: the token has been read, its result is added to zeros. A direction meets every pixel once.
      for (let i: usize = 0; i < (tokens as usize); i++) {
        memory.fill(y + (load<u32>(pixels + (i << 2)) as usize), 0, (D as usize) << 2);
      }
    }
    project(xs, pack + packXProj(), proj, tokens, Dp, Pp);
    if (states != 0) {
      memory.copy(states, h, hBytes);
      states += hBytes;
    }
    for (let d = 0; d < Dp; d += 4) {
      const at = (d as usize) << 2;
      stepsOfBlock(tokens, xs + at, xRow, proj, pRow, R, dtProj + at, bias + at, raw, e, dt, du, table);
      const keep = v128.load(skip + at);
      for (let t: usize = 0; t < (tokens as usize); t++) {
        v128.store(out + (t << 4), f32x4.mul(keep, v128.load(xs + at + t * xRow)));
      }
      const B = proj + ((R as usize) << 2);
      const C = B + ((N as usize) << 2);
      const block = (d as usize) * ((N as usize) << 2);
      forwardBlock(tokens, N, dt, du, out, B, C, pRow, A2 + block, h + block, table);
      const lanes = D - d;
      for (let t: usize = 0; t < (tokens as usize); t++) {
        const pixel = load<u32>(pixels + (t << 2)) as usize;
        addLanes(y + pixel + at, v128.load(out + (t << 4)), lanes);
      }
    }
  }
}

/** `scanDirection` into a map that is cleared first (or, where y is x, in place): for a thread with a map of its own. */
export function scanDirectionAlone(
  x: usize,
  pack: usize,
  y: usize,
  states: usize,
  direction: i32,
  height: i32,
  width: i32,
  D: i32,
  R: i32,
  N: i32,
  scratch: usize,
  table: usize,
): void {
  if (x != y) memory.fill(y, 0, ((height * width * D) as usize) << 2);
  scanDirection(x, pack, y, states, direction, height, width, D, R, N, scratch, table);
}
