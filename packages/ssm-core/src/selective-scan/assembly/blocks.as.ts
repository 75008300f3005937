// Blocks of up to 4 channels: parameters and states packed, and back.
import { TABLE_LOG2E } from '../../assembly/exp2.as';
import { up4 } from '../../assembly/tile-gemm.as';

/** Blocks of up to 4 channels. */
export function blockCount(D: i32, G: i32): i32 {
  return G * (up4(D / G) >> 2);
}

/** Packed parameters, per block: A2 [Np][4], bias [4], D [4], initial state [Np][4] is not among them. */
export function packBytes(D: i32, G: i32, N: i32): i32 {
  return blockCount(D, G) * 16 * (up4(N) + 2);
}

// First channel and number of channels of a block.
@inline
export function firstChannel(block: i32, D: i32, G: i32): i32 {
  const perGroup = up4(D / G) >> 2;
  return (block / perGroup) * (D / G) + ((block % perGroup) << 2);
}
@inline
export function lanesOf(block: i32, D: i32, G: i32): i32 {
  const perGroup = up4(D / G) >> 2;
  return min(4, D / G - ((block % perGroup) << 2));
}

/** Copies [D][N] into blocks [Np][4] (`scale` times), or back. The padding must be 0 before. */
export function packStates(from: usize, into: usize, D: i32, G: i32, N: i32, blockBytes: usize, scale: f32, back: bool): void {
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

/** One block's [Np][4] into its rows of [D][N]. */
export function unpackState(from: usize, into: usize, block: i32, D: i32, G: i32, N: i32): void {
  const channel = firstChannel(block, D, G);
  const lanes = lanesOf(block, D, G);
  for (let lane = 0; lane < lanes; lane++) {
    const to = into + ((((channel + lane) * N) as usize) << 2);
    for (let n = 0; n < N; n++) {
      store<f32>(to + ((n as usize) << 2), load<f32>(from + ((((n << 2) + lane) as usize) << 2)));
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
