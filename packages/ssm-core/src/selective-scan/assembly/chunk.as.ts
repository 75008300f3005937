// What both passes need of a chunk of 64 tokens, and their memory.
import { CHUNK } from '../../assembly/scan-core.as';
import { up4 } from '../../assembly/tile-gemm.as';
import { loadTile } from '../../assembly/tiles.as';
import { blockCount } from './blocks.as';

/** Bytes of scratch of one call, whatever the length. */
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

/** B or C of one group, [N][L] rows, as [tokens][Np] (the padding stays 0). */
export function loadMatrix(rows: usize, rowBytes: usize, N: i32, tokens: i32, out: usize, step: usize): void {
  for (let n = 0; n < N; n += 4) {
    loadTile(rows + (n as usize) * rowBytes, rowBytes, min(4, N - n), tokens, out + ((n as usize) << 2), step);
  }
}
