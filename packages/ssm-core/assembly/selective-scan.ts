// The selective scan of Mamba (S6) on channel-first tensors: u, delta, y [B, D, L]; A [D, N]; B, C [B, G, N, L].
//
// Method: 64 tokens at a time, turned from rows into vectors of 4 channels in L1; softplus there; recurrence in
// scan-core. Channels are cut into blocks of up to 4 that never straddle a group. Backward: the state at the start of
// every chunk but the first was stored by the forward call (N floats a channel and chunk), everything inside a chunk
// is computed again, then walked back. One pass over each input and output.
// Memory: `scratchBytes`, whatever the length; stored states N/64 floats a channel and token.
// Limits: 32-bit byte offsets, so each tensor under 4 GB. N is padded to a multiple of 4 inside.
import { madd, sumLanes } from '../../backend/assembly/lib/simd-math';
import { sigmoidFrom, splat, stepsOfTokens, TABLE_LN2, TABLE_LOG2E } from './lib/exp2';
import { backwardBlock, CHUNK, forwardBlock } from './lib/scan-core';
import { loadTile, storeTile } from './lib/tiles';

// @ts-ignore: decorator
@inline
function up4(value: i32): i32 {
  return (value + 3) & ~3;
}

/** Blocks of up to 4 channels. */
export function blockCount(D: i32, G: i32): i32 {
  return G * (up4(D / G) >> 2);
}

/** Packed parameters, per block: A2 [Np][4], bias [4], D [4], initial state [Np][4] is not among them. */
export function packBytes(D: i32, G: i32, N: i32): i32 {
  return blockCount(D, G) * 16 * (up4(N) + 2);
}

export function scratchBytes(D: i32, G: i32, N: i32): i32 {
  const Np = up4(N);
  const T = CHUNK;
  const tiles = 16 * 9 * T; // raw, e, u, dt, du, out, ddt, ddu, result
  const matrices = 4 * 2 * T * Np; // B and C of a group
  const states = 2 * blockCount(D, G) * 16 * Np; // h or g; initial state
  const backward = 2 * 16 * T * Np + 2 * 4 * T * Np + 64 * (T + 1) + 64 * T; // dB, dC; their sums; trail, decays
  return tiles + matrices + states + backward;
}

/** Bytes of the stored chunk-start states of one batch item. */
export function stateBytes(length: i32, D: i32, G: i32, N: i32): i32 {
  return ((length - 1) / CHUNK) * blockCount(D, G) * 16 * up4(N);
}

// First channel and number of channels of a block.
// @ts-ignore: decorator
@inline
function firstChannel(block: i32, D: i32, G: i32): i32 {
  const perGroup = up4(D / G) >> 2;
  return (block / perGroup) * (D / G) + ((block % perGroup) << 2);
}
// @ts-ignore: decorator
@inline
function lanesOf(block: i32, D: i32, G: i32): i32 {
  const perGroup = up4(D / G) >> 2;
  return min(4, D / G - ((block % perGroup) << 2));
}

/** Copies [D][N] into blocks [Np][4] (`scale` times), or back. The padding must be 0 before. */
function packStates(from: usize, into: usize, D: i32, G: i32, N: i32, blockBytes: usize, scale: f32, back: bool): void {
  const blocks = blockCount(D, G);
  for (let block = 0; block < blocks; block++) {
    const channel = firstChannel(block, D, G);
    const lanes = lanesOf(block, D, G);
    for (let lane = 0; lane < lanes; lane++) {
      for (let n = 0; n < N; n++) {
        const plain = (((channel + lane) * N + n) as usize) << 2;
        const packed = (block as usize) * blockBytes + ((((n << 2) + lane) as usize) << 2);
        if (back) store<f32>(into + plain, load<f32>(from + packed));
        else store<f32>(into + packed, load<f32>(from + plain) * scale);
      }
    }
  }
}

/** A2 = A log2(e), bias and D in blocks. */
export function packParameters(
  A: usize,
  bias: usize,
  skip: usize,
  D: i32,
  G: i32,
  N: i32,
  pack: usize,
  table: usize,
): void {
  const blockBytes = 16 * (up4(N) + 2);
  memory.fill(pack, 0, packBytes(D, G, N) as usize);
  packStates(A, pack, D, G, N, blockBytes as usize, load<f32>(table + TABLE_LOG2E), false);
  const blocks = blockCount(D, G);
  for (let block = 0; block < blocks; block++) {
    const at = pack + ((block * blockBytes + 16 * up4(N)) as usize);
    const channel = firstChannel(block, D, G);
    const lanes = lanesOf(block, D, G);
    for (let lane = 0; lane < lanes; lane++) {
      const from = ((channel + lane) as usize) << 2;
      store<f32>(at + ((lane as usize) << 2), load<f32>(bias + from));
      store<f32>(at + ((lane as usize) << 2), load<f32>(skip + from), 16);
    }
  }
}

/** Gradients of A, bias and D out of blocks laid out as the packed parameters; added to what is there. */
export function addParameterGradients(
  dPack: usize,
  dA: usize,
  dBias: usize,
  dSkip: usize,
  D: i32,
  G: i32,
  N: i32,
): void {
  const blockBytes = 16 * (up4(N) + 2);
  const blocks = blockCount(D, G);
  for (let block = 0; block < blocks; block++) {
    const from = dPack + ((block * blockBytes) as usize);
    const sums = from + ((16 * up4(N)) as usize);
    const channel = firstChannel(block, D, G);
    const lanes = lanesOf(block, D, G);
    for (let lane = 0; lane < lanes; lane++) {
      const at = (lane as usize) << 2;
      const to = ((channel + lane) as usize) << 2;
      for (let n = 0; n < N; n++) {
        const cell = dA + to * (N as usize) + ((n as usize) << 2);
        store<f32>(cell, load<f32>(cell) + load<f32>(from + at + ((n as usize) << 4)));
      }
      store<f32>(dBias + to, load<f32>(dBias + to) + load<f32>(sums + at));
      store<f32>(dSkip + to, load<f32>(dSkip + to) + load<f32>(sums + at, 16));
    }
  }
}

/** B or C of one group, [N][L] rows, as [tokens][Np] (the padding stays 0). */
function loadMatrix(rows: usize, rowBytes: usize, N: i32, tokens: i32, out: usize, step: usize): void {
  for (let n = 0; n < N; n += 4) {
    loadTile(rows + (n as usize) * rowBytes, rowBytes, min(4, N - n), tokens, out + ((n as usize) << 2), step);
  }
}

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

/** One block's [Np][4] into its rows of [D][N]. */
function unpackState(from: usize, into: usize, block: i32, D: i32, G: i32, N: i32): void {
  const channel = firstChannel(block, D, G);
  const lanes = lanesOf(block, D, G);
  for (let lane = 0; lane < lanes; lane++) {
    const to = into + ((((channel + lane) * N) as usize) << 2);
    for (let n = 0; n < N; n++) {
      store<f32>(to + ((n as usize) << 2), load<f32>(from + ((((n << 2) + lane) as usize) << 2)));
    }
  }
}

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

export { addFloats } from './lib/map-tokens';
