// The scan of a range of batch items and blocks.
import { stepsOfTokens } from '../../assembly/exp2.as';
import { CHUNK, forwardBlock } from '../../assembly/scan-core.as';
import { up4 } from '../../assembly/tile-gemm.as';
import { loadTile, storeTile } from '../../assembly/tiles.as';
import { blockCount, firstChannel, lanesOf, packStates, unpackState } from './blocks.as';
import { loadMatrix } from './chunk.as';

/**
 * Batch items `item` to `itemEnd`, blocks `block0` to `blockEnd`. `initial` [B, D, N] or 0; `last` [B, D, N] or 0; `states` or
 * 0: where the states at the start of the chunks go.
 */
export function forward(
  u: usize,
  delta: usize,
  B: usize,
  C: usize,
  initial: usize,
  pack: usize,
  y: usize,
  last: usize,
  states: usize,
  item: i32,
  itemEnd: i32,
  block0: i32,
  blockEnd: i32,
  L: i32,
  D: i32,
  G: i32,
  N: i32,
  softplused: bool,
  reverse: bool,
  scratch: usize,
  table: usize,
): void {
  const Np = up4(N);
  const hBlock = (Np as usize) << 4;
  const packBlock = hBlock + 32;
  const tile = (CHUNK as usize) << 4;
  const raw = scratch;
  const e = raw + tile;
  const input = e + tile;
  const dt = input + tile;
  const du = dt + tile;
  const out = du + tile;
  const mB = out + tile;
  const mC = mB + (((CHUNK * Np) as usize) << 2);
  const h = mC + (((CHUNK * Np) as usize) << 2);
  const blocks = blockCount(D, G);
  const perGroup = blocks / G;
  const row = (L as usize) << 2;
  const stride = (Np as usize) << 2;
  const matrixRows = (N as usize) * row;
  memory.fill(mB, 0, ((CHUNK * Np) as usize) << 3);
  for (; item < itemEnd; item++) {
    memory.fill(h, 0, (blocks as usize) * hBlock);
    if (initial != 0) packStates(initial + (((item * D * N) as usize) << 2), h, D, G, N, hBlock, 1, false);
    for (let s0 = 0; s0 < L; s0 += CHUNK) {
      const tokens = min(CHUNK, L - s0);
      const m0 = (reverse ? L - s0 - tokens : s0) as usize;
      const skew = reverse ? ((tokens - 1) as usize) : 0; // where the first token in memory stands in the chunk
      const vectorStep: usize = reverse ? -16 : 16;
      const matrixStep: usize = reverse ? -stride : stride;
      let group = -1;
      for (let block = block0; block < blockEnd; block++) {
        if (block / perGroup != group) {
          group = block / perGroup;
          const rows = ((item * G + group) as usize) * matrixRows + (m0 << 2);
          loadMatrix(B + rows, row, N, tokens, mB + skew * stride, matrixStep);
          loadMatrix(C + rows, row, N, tokens, mC + skew * stride, matrixStep);
        }
        const lanes = lanesOf(block, D, G);
        const rows = ((item * D + firstChannel(block, D, G)) as usize) * row + (m0 << 2);
        const parameters = pack + (block as usize) * packBlock;
        const state = h + (block as usize) * hBlock;
        loadTile(delta + rows, row, lanes, tokens, raw + (skew << 4), vectorStep);
        loadTile(u + rows, row, lanes, tokens, input + (skew << 4), vectorStep);
        stepsOfTokens(tokens, softplused, v128.load(parameters + hBlock), raw, input, 16, e, dt, du, table);
        const skip = v128.load(parameters + hBlock, 16);
        for (let t: usize = 0; t < (tokens as usize) << 4; t += 16) {
          v128.store(out + t, f32x4.mul(skip, v128.load(input + t)));
        }
        if (states != 0 && s0 > 0) {
          const chunk = (item * ((L - 1) / CHUNK) + s0 / CHUNK - 1) * blocks + block;
          memory.copy(states + (chunk as usize) * hBlock, state, hBlock);
        }
        forwardBlock(tokens, Np, dt, du, out, mB, mC, stride, parameters, state, table);
        storeTile(out + (skew << 4), vectorStep, y + rows, row, lanes, tokens, false);
      }
    }
    for (let block = block0; block < blockEnd; block++) {
      if (last != 0) unpackState(h + (block as usize) * hBlock, last + (((item * D * N) as usize) << 2), block, D, G, N);
    }
  }
}
