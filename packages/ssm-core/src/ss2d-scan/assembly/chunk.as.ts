// What both passes do with a chunk of 64 tokens, and the memory that they need.
import { madd } from '@prismamba/backend/assembly/simd-math';
import { splat, stepsOfTokens } from '../../assembly/exp2.as';
import { loadLanes } from '../../assembly/map-tokens.as';
import { CHUNK } from '../../assembly/scan-core.as';
import { paddedChannels, paddedOutputs } from './weights.as';

/** Bytes of scratch for one direction, forward or backward. */
export function scratchBytes(D: i32, R: i32, N: i32): i32 {
  const Dp = paddedChannels(D);
  const Pp = paddedOutputs(R, N);
  const T = CHUNK;
  // pixel offsets; xs; proj; per block: raw, e, dt, du, y; backward: dxs, dproj, ddt, ddu, dB, dC, dlow, trail, decays
  return 4 * (T + T * Dp + T * Pp + 20 * T) + 4 * (T * Dp + T * Pp + 8 * T + 8 * T * N + 4 * T * R + 16 * (T + 1) + 16 * T) + 256;
}

/** Bytes of the state of one direction. */
export function carryBytes(D: i32, N: i32): i32 {
  return 4 * paddedChannels(D) * N;
}

/** Bytes of the stored chunk-start states of one direction. */
export function stateBytes(length: i32, D: i32, N: i32): i32 {
  return ((length + CHUNK - 1) / CHUNK) * carryBytes(D, N);
}

/** Copies the tokens' D floats into rows of Dp floats (the padding is already 0). */
export function gather(map: usize, pixels: usize, tokens: i32, D: i32, Dp: i32, xs: usize): void {
  const whole = (D & ~3) << 2;
  for (let i = 0; i < tokens; i++) {
    const from = map + (load<u32>(pixels + ((i as usize) << 2)) as usize);
    const to = xs + (((i * Dp) as usize) << 2);
    for (let at: usize = 0; at < (whole as usize); at += 16) v128.store(to + at, v128.load(from + at));
    if (D & 3) v128.store(to + whole, loadLanes(from + whole, D & 3));
  }
}

/** raw = dt_proj low + bias, dt = softplus(raw), du = dt u, e = exp(-|raw|) of one block of 4 channels. */
export function stepsOfBlock(
  tokens: i32,
  xs: usize,
  xRow: usize,
  low: usize,
  pRow: usize,
  R: i32,
  dtProj: usize,
  bias: usize,
  raw: usize,
  e: usize,
  dt: usize,
  du: usize,
  table: usize,
): void {
  const end = raw + ((tokens as usize) << 4);
  const first = v128.load(dtProj);
  for (let at = raw, from = low; at < end; at += 16, from += pRow) {
    v128.store(at, f32x4.mul(splat(from, 0), first));
  }
  for (let r: usize = 1; r < (R as usize); r++) {
    const weight = v128.load(dtProj + r * xRow);
    for (let at = raw, from = low + (r << 2); at < end; at += 16, from += pRow) {
      v128.store(at, madd(splat(from, 0), weight, v128.load(at)));
    }
  }
  stepsOfTokens(tokens, true, v128.load(bias), raw, xs, xRow, e, dt, du, table);
}
