// The recurrence over one prepared chunk.
import { splat } from '../../assembly/exp2.as';
import { addLanes, storeLanes, up } from '../../assembly/map-tokens.as';
import { forwardHeadBlock } from '../../assembly/ssd-core.as';
import { decay, delta, du, mB, mC, out, pixels, state, xs } from './chunk.as';
import { skipAt } from './parameters.as';

/** The recurrence over one prepared chunk; y is added to (`add`) or written at the tokens' pixels. */
export function forwardChunk(tokens: i32, heads: i32, P: i32, N: i32, pack: usize, y: usize, add: bool): void {
  const Pp = up(P, 4);
  const Np = up(N, 8);
  const count = tokens as usize;
  const xRow = ((heads * Pp) as usize) << 2;
  const hRow = (up(heads, 4) as usize) << 2;
  for (let r = 0; r < heads; r++) {
    const head = (r as usize) << 2;
    for (let p = 0; p < P; p += 4) {
      const at = ((r * Pp + p) as usize) << 2;
      const keep = v128.load(pack + skipAt(heads) + at);
      for (let t: usize = 0; t < count; t++) {
        const x = v128.load(xs + t * xRow + at);
        v128.store(du + (t << 4), f32x4.mul(splat(delta + t * hRow + head, 0), x));
        v128.store(out + (t << 4), f32x4.mul(keep, x));
      }
      const h = state + at * (Np as usize);
      forwardHeadBlock(tokens, Np, decay + head, hRow, du, out, mB, mC, (Np as usize) << 2, h);
      const lanes = P - p;
      const to = y + (((r * P + p) as usize) << 2);
      for (let t: usize = 0; t < count; t++) {
        const pixel = to + (load<u32>(pixels + (t << 2)) as usize);
        if (add) addLanes(pixel, v128.load(out + (t << 4)), lanes);
        else storeLanes(pixel, v128.load(out + (t << 4)), lanes);
      }
    }
  }
}
