// The gradient of the scan of a range of batch items and blocks.
import { madd, sumLanes } from '@prismamba/backend/assembly/simd-math';
import { sigmoidFrom, splat, stepsOfTokens, TABLE_LN2 } from '../../assembly/exp2.as';
import { backwardBlock, CHUNK } from '../../assembly/scan-core.as';
import { up4 } from '../../assembly/tile-gemm.as';
import { loadTile, storeTile } from '../../assembly/tiles.as';
import { blockCount, firstChannel, lanesOf, packStates, unpackState } from './blocks.as';
import { loadMatrix } from './chunk.as';

/**
 * The gradient of `forward` for the same range. du, ddelta, dInitial are written (dInitial unless 0); dB, dC and dPack (laid out as pack: A,
 * bias, D) are added to. `initial` and `dLast` may be 0.
 */
export function backward(
  u: usize,
  delta: usize,
  B: usize,
  C: usize,
  initial: usize,
  pack: usize,
  states: usize,
  dy: usize,
  dLast: usize,
  du: usize,
  ddelta: usize,
  dB: usize,
  dC: usize,
  dInitial: usize,
  dPack: usize,
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
  const blocks = blockCount(D, G);
  const raw = scratch;
  const e = raw + tile;
  const input = e + tile;
  const dt = input + tile;
  const drive = dt + tile;
  const up = drive + tile;
  const ddt = up + tile;
  const ddu = ddt + tile;
  const result = ddu + tile;
  const mB = result + tile;
  const matrix = ((CHUNK * Np) as usize) << 2;
  const mC = mB + matrix;
  const g = mC + matrix;
  const start0 = g + (blocks as usize) * hBlock;
  const cells = matrix << 2;
  const vB = start0 + (blocks as usize) * hBlock;
  const vC = vB + cells;
  const sB = vC + cells;
  const sC = sB + matrix;
  const trail = sC + matrix;
  const decays = trail + (((CHUNK + 1) as usize) << 6);
  const perGroup = blocks / G;
  const row = (L as usize) << 2;
  const stride = (Np as usize) << 2;
  const matrixRows = (N as usize) * row;
  const ln2 = splat(table, TABLE_LN2);
  memory.fill(mB, 0, 2 * matrix);
  for (; item < itemEnd; item++) {
    const stateAt = ((item * D * N) as usize) << 2;
    memory.fill(g, 0, 2 * (blocks as usize) * hBlock);
    if (initial != 0) packStates(initial + stateAt, start0, D, G, N, hBlock, 1, false);
    if (dLast != 0) packStates(dLast + stateAt, g, D, G, N, hBlock, 1, false);
    for (let chunk = (L - 1) / CHUNK; chunk >= 0; chunk--) {
      const s0 = chunk * CHUNK;
      const tokens = min(CHUNK, L - s0);
      const m0 = (reverse ? L - s0 - tokens : s0) as usize;
      const skew = reverse ? ((tokens - 1) as usize) : 0;
      const vectorStep: usize = reverse ? -16 : 16;
      const matrixStep: usize = reverse ? -stride : stride;
      for (let first = block0; first < blockEnd; ) {
        const group = first / perGroup;
        const end = min(blockEnd, (group + 1) * perGroup);
        const groupRows = ((item * G + group) as usize) * matrixRows + (m0 << 2);
        loadMatrix(B + groupRows, row, N, tokens, mB + skew * stride, matrixStep);
        loadMatrix(C + groupRows, row, N, tokens, mC + skew * stride, matrixStep);
        memory.fill(vB, 0, 2 * cells);
        for (let block = first; block < end; block++) {
          const lanes = lanesOf(block, D, G);
          const rows = ((item * D + firstChannel(block, D, G)) as usize) * row + (m0 << 2);
          const parameters = pack + (block as usize) * packBlock;
          const sums = dPack + (block as usize) * packBlock;
          const start =
            chunk == 0
              ? start0 + (block as usize) * hBlock
              : states + (((item * ((L - 1) / CHUNK) + chunk - 1) * blocks + block) as usize) * hBlock;
          loadTile(delta + rows, row, lanes, tokens, raw + (skew << 4), vectorStep);
          loadTile(u + rows, row, lanes, tokens, input + (skew << 4), vectorStep);
          loadTile(dy + rows, row, lanes, tokens, up + (skew << 4), vectorStep);
          stepsOfTokens(tokens, softplused, v128.load(parameters + hBlock), raw, input, 16, e, dt, drive, table);
          memory.fill(ddt, 0, 2 * tile);
          backwardBlock(
            tokens, Np, dt, drive, up, mB, mC, stride, parameters, start, g + (block as usize) * hBlock,
            sums, ddt, ddu, vB, vC, trail, decays, table,
          );
          const skip = v128.load(parameters + hBlock, 16);
          let sumBias = v128.load(sums + hBlock);
          let sumSkip = v128.load(sums + hBlock, 16);
          for (let t: usize = 0; t < (tokens as usize) << 4; t += 16) {
            const x = v128.load(input + t);
            const upstream = v128.load(up + t);
            const slope = v128.load(ddu + t);
            // ddelta = ddt ln 2 + d(du) u, through the softplus: sigmoid(raw)
            let step = madd(v128.load(ddt + t), ln2, f32x4.mul(slope, x));
            if (softplused) step = f32x4.mul(step, sigmoidFrom(v128.load(raw + t), v128.load(e + t), table));
            // du = d(du) delta + D dy
            v128.store(result + t, madd(slope, v128.load(dt + t), f32x4.mul(skip, upstream)));
            v128.store(ddt + t, step);
            sumBias = f32x4.add(sumBias, step);
            sumSkip = madd(upstream, x, sumSkip);
          }
          v128.store(sums + hBlock, sumBias);
          v128.store(sums + hBlock, sumSkip, 16);
          storeTile(result + (skew << 4), vectorStep, du + rows, row, lanes, tokens, false);
          storeTile(ddt + (skew << 4), vectorStep, ddelta + rows, row, lanes, tokens, false);
        }
        sumCells(vB, sB, tokens, Np);
        sumCells(vC, sC, tokens, Np);
        for (let n = 0; n < N; n += 4) {
          const at = ((n as usize) << 2) + skew * stride;
          const rows = groupRows + (n as usize) * row;
          storeTile(sB + at, matrixStep, dB + rows, row, min(4, N - n), tokens, true);
          storeTile(sC + at, matrixStep, dC + rows, row, min(4, N - n), tokens, true);
        }
        first = end;
      }
    }
    for (let block = block0; block < blockEnd; block++) {
      if (dInitial != 0) unpackState(g + (block as usize) * hBlock, dInitial + stateAt, block, D, G, N);
    }
  }
}

/** [tokens][Np] vectors to the sums of their lanes. */
function sumCells(cells: usize, sums: usize, tokens: i32, Np: i32): void {
  const count = (tokens * Np) as usize;
  for (let i: usize = 0; i < count; i++) {
    store<f32>(sums + (i << 2), sumLanes(v128.load(cells + (i << 4))));
  }
}
