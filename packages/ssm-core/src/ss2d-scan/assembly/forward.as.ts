// The scan of one direction of one image.
import { addLanes, fillPixels, project, storeLanes } from '../../assembly/map-tokens.as';
import { CHUNK, forwardBlock } from '../../assembly/scan-core.as';
import { gather, stepsOfBlock } from './chunk.as';
import { packA2, packBias, packDt, packSkip, packXProj, paddedChannels, paddedOutputs } from './weights.as';

/**
 * The scan of chunks [first, end) of one direction of one image: added to y, or written to it if `write`. `states` (or 0):
 * where the state at the start of every chunk of the image goes. `carry`: the state [Dp/4][N][4] before chunk `first`
 * (set to 0 here before the first one), afterwards that of chunk `end`.
 */
export function scanDirection(
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
  const hBytes = ((Dp * N) as usize) << 2;
  const raw = proj + (CHUNK as usize) * pRow;
  const e = raw + ((CHUNK as usize) << 4);
  const dt = e + ((CHUNK as usize) << 4);
  const du = dt + ((CHUNK as usize) << 4);
  const out = du + ((CHUNK as usize) << 4);
  const dtProj = pack + ((packDt(Dp, Pp) as usize) << 2);
  const bias = pack + ((packBias(Dp, Pp, R) as usize) << 2);
  const skip = pack + ((packSkip(Dp, Pp, R) as usize) << 2);
  const A2 = pack + ((packA2(Dp, Pp, R) as usize) << 2);
  memory.fill(xs, 0, (CHUNK as usize) * xRow);
  if (first == 0) memory.fill(carry, 0, hBytes);
  for (let chunk = first; chunk < end; chunk++) {
    const t0 = chunk * CHUNK;
    const tokens = min(CHUNK, length - t0);
    fillPixels(pixels, direction, t0, tokens, height, width, D);
    gather(x, pixels, tokens, D, Dp, xs);
    project(xs, pack + packXProj(), proj, tokens, Dp, Pp);
    if (states != 0) memory.copy(states + (chunk as usize) * hBytes, carry, hBytes);
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
      forwardBlock(tokens, N, dt, du, out, B, C, pRow, A2 + block, carry + block, table);
      const lanes = D - d;
      for (let t: usize = 0; t < (tokens as usize); t++) {
        const to = y + (load<u32>(pixels + (t << 2)) as usize) + at;
        if (write) storeLanes(to, v128.load(out + (t << 4)), lanes);
        else addLanes(to, v128.load(out + (t << 4)), lanes);
      }
    }
  }
}
