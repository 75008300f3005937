// SS2D in one kernel: x_proj, dt_proj with softplus, the selective scan and the merge, one direction a call.
//
// Method: the NHWC map is read in the direction's own order (a token is a contiguous run of D floats, so that the column
// order costs nothing), 64 tokens at a time into L1; projections register-blocked; recurrence in scan-core; the result
// is added to the map. Backward: the state at the start of every chunk was stored by the forward call (Dp N floats a
// chunk), everything inside a chunk is computed again, then walked back.
// Memory: `scratchBytes`, a few hundred KB whatever the image; stored states: D floats a token over 4 directions.
// Limits: N a multiple of 4. D and R + 2N are padded to multiples of 4 and 12 inside.
import { madd, sumLanes } from '../../backend/assembly/lib/simd-math';
import { exp2Of, sigmoidFrom, splat, stepsOfTokens, TABLE_LN2, TABLE_LOG2E } from './lib/exp2';
import { addLanes, fillPixels, loadLanes, project, projectionToInput, projectionToWeights, up } from './lib/map-tokens';
import { backwardBlock, CHUNK, forwardBlock } from './lib/scan-core';

/** Channels padded to vectors. */
// @ts-ignore: decorator
@inline
function paddedChannels(D: i32): i32 {
  return up(D, 4);
}

/** Projection outputs padded to the register block of 12. */
// @ts-ignore: decorator
@inline
function paddedOutputs(R: i32, N: i32): i32 {
  return up(R + 2 * N, 12);
}

// Sections of the packed weights of one direction, in floats: x_proj [Dp][Pp], dt_proj [R][Dp], bias [Dp], D [Dp],
// A2 [Dp/4][N][4], x_proj the other way [Pp][Dp] (which the gradient needs).
// @ts-ignore: decorator
@inline
function packXProj(): i32 {
  return 0;
}
// @ts-ignore: decorator
@inline
function packDt(Dp: i32, Pp: i32): i32 {
  return Dp * Pp;
}
// @ts-ignore: decorator
@inline
function packBias(Dp: i32, Pp: i32, R: i32): i32 {
  return Dp * Pp + R * Dp;
}
// @ts-ignore: decorator
@inline
function packSkip(Dp: i32, Pp: i32, R: i32): i32 {
  return Dp * Pp + R * Dp + Dp;
}
// @ts-ignore: decorator
@inline
function packA2(Dp: i32, Pp: i32, R: i32): i32 {
  return Dp * Pp + R * Dp + 2 * Dp;
}

/** Bytes of the packed weights (and of their gradients) of one direction. */
export function packBytes(D: i32, R: i32, N: i32): i32 {
  const Dp = paddedChannels(D);
  return 4 * (packA2(Dp, paddedOutputs(R, N), R) + Dp * N + Dp * paddedOutputs(R, N));
}

/** Bytes of scratch for one direction, forward or backward. */
export function scratchBytes(D: i32, R: i32, N: i32): i32 {
  const Dp = paddedChannels(D);
  const Pp = paddedOutputs(R, N);
  const T = CHUNK;
  // pixel offsets; xs; proj; state; per block: raw, e, dt, du, y; backward: dxs, dproj, g, ddt, ddu, dB, dC, dlow, trail, decays
  return 4 * (T + T * Dp + T * Pp + Dp * N + 20 * T) + 4 * (T * Dp + T * Pp + Dp * N + 8 * T + 8 * T * N + 4 * T * R + 16 * (T + 1) + 16 * T) + 256;
}

/** Bytes of the stored chunk-start states of one direction. */
export function stateBytes(length: i32, D: i32, N: i32): i32 {
  return 4 * ((length + CHUNK - 1) / CHUNK) * paddedChannels(D) * N;
}

/** Packs the weights of one direction: padded, transposed, A2 = -exp(A_log) log2(e). */
export function packDirection(
  xProj: usize,
  dtProj: usize,
  bias: usize,
  aLogs: usize,
  skip: usize,
  D: i32,
  R: i32,
  N: i32,
  pack: usize,
  table: usize,
): void {
  const Dp = paddedChannels(D);
  const P = R + 2 * N;
  const Pp = paddedOutputs(R, N);
  memory.fill(pack, 0, packBytes(D, R, N) as usize);
  for (let p = 0; p < P; p++) {
    for (let d = 0; d < D; d++) {
      const weight = load<f32>(xProj + (((p * D + d) as usize) << 2));
      store<f32>(pack + (((d * Pp + p) as usize) << 2), weight);
      store<f32>(pack + (((packA2(Dp, Pp, R) + Dp * N + p * Dp + d) as usize) << 2), weight);
    }
  }
  const dtAt = pack + ((packDt(Dp, Pp) as usize) << 2);
  const biasAt = pack + ((packBias(Dp, Pp, R) as usize) << 2);
  const skipAt = pack + ((packSkip(Dp, Pp, R) as usize) << 2);
  const aAt = pack + ((packA2(Dp, Pp, R) as usize) << 2);
  const scale = f32x4.neg(splat(table, TABLE_LOG2E));
  for (let d = 0; d < D; d++) {
    for (let r = 0; r < R; r++) {
      store<f32>(dtAt + (((r * Dp + d) as usize) << 2), load<f32>(dtProj + (((d * R + r) as usize) << 2)));
    }
    store<f32>(biasAt + ((d as usize) << 2), load<f32>(bias + ((d as usize) << 2)));
    store<f32>(skipAt + ((d as usize) << 2), load<f32>(skip + ((d as usize) << 2)));
    for (let n = 0; n < N; n++) {
      const logs = f32x4.mul(splat(aLogs + (((d * N + n) as usize) << 2), 0), splat(table, TABLE_LOG2E));
      const value = f32x4.mul(exp2Of(logs, table), scale);
      store<f32>(aAt + ((((d >> 2) * N * 4 + n * 4 + (d & 3)) as usize) << 2), f32x4.extract_lane(value, 0));
    }
  }
}

/** Copies the tokens' D floats into rows of Dp floats (the padding is already 0). */
function gather(map: usize, pixels: usize, tokens: i32, D: i32, Dp: i32, xs: usize): void {
  const whole = (D & ~3) << 2;
  for (let i = 0; i < tokens; i++) {
    const from = map + (load<u32>(pixels + ((i as usize) << 2)) as usize);
    const to = xs + (((i * Dp) as usize) << 2);
    for (let at: usize = 0; at < (whole as usize); at += 16) v128.store(to + at, v128.load(from + at));
    if (D & 3) v128.store(to + whole, loadLanes(from + whole, D & 3));
  }
}

/** raw = dt_proj low + bias, dt = softplus(raw), du = dt u, e = exp(-|raw|) of one block of 4 channels. */
function stepsOfBlock(
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

/**
 * The gradient of `scanDirection`: adds to dx (a map) and to dPack (laid out as `pack`; its A2 section receives the
 * gradient of A2 without the factor ln 2). `states` is what the forward call stored.
 */
export function scanDirectionBackward(
  x: usize,
  pack: usize,
  dy: usize,
  states: usize,
  dx: usize,
  dPack: usize,
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
  const T = CHUNK as usize;
  const length = height * width;
  const hBytes = ((Dp * N) as usize) << 2;
  const pixels = scratch;
  const xs = pixels + (T << 2);
  const proj = xs + T * xRow;
  const g = proj + T * pRow;
  const raw = g + hBytes;
  const e = raw + (T << 4);
  const dt = e + (T << 4);
  const du = dt + (T << 4);
  const out = du + (T << 4);
  const ddt = out + (T << 4);
  const ddu = ddt + (T << 4);
  const dxs = ddu + (T << 4);
  const dproj = dxs + T * xRow;
  const dB = dproj + T * pRow;
  const cells = T * ((N as usize) << 4);
  const dC = dB + cells;
  const dLow = dC + cells;
  const lowRow = (R as usize) << 4;
  const trail = dLow + T * lowRow;
  const decays = trail + ((T + 1) << 6);
  const dtProj = pack + ((packDt(Dp, Pp) as usize) << 2);
  const bias = pack + ((packBias(Dp, Pp, R) as usize) << 2);
  const skip = pack + ((packSkip(Dp, Pp, R) as usize) << 2);
  const A2 = pack + ((packA2(Dp, Pp, R) as usize) << 2);
  const dDtProj = dPack + ((packDt(Dp, Pp) as usize) << 2);
  const dBias = dPack + ((packBias(Dp, Pp, R) as usize) << 2);
  const dSkip = dPack + ((packSkip(Dp, Pp, R) as usize) << 2);
  const dA2 = dPack + ((packA2(Dp, Pp, R) as usize) << 2);
  const transposed = A2 + hBytes;
  const ln2 = splat(table, TABLE_LN2);
  memory.fill(xs, 0, T * xRow);
  memory.fill(g, 0, hBytes);
  memory.fill(dproj, 0, T * pRow);
  const chunks = (length + CHUNK - 1) / CHUNK;
  for (let chunk = chunks - 1; chunk >= 0; chunk--) {
    const t0 = chunk * CHUNK;
    const tokens = min(CHUNK, length - t0);
    const count = tokens as usize;
    fillPixels(pixels, direction, t0, tokens, height, width, D);
    gather(x, pixels, tokens, D, Dp, xs);
    project(xs, pack + packXProj(), proj, tokens, Dp, Pp);
    memory.fill(dB, 0, 2 * cells + T * lowRow);
    const B = proj + ((R as usize) << 2);
    const C = B + ((N as usize) << 2);
    const start = states + (chunk as usize) * hBytes;
    for (let d = 0; d < Dp; d += 4) {
      const at = (d as usize) << 2;
      const block = (d as usize) * ((N as usize) << 2);
      const lanes = D - d;
      stepsOfBlock(tokens, xs + at, xRow, proj, pRow, R, dtProj + at, bias + at, raw, e, dt, du, table);
      for (let t: usize = 0; t < count; t++) {
        v128.store(out + (t << 4), loadLanes(dy + (load<u32>(pixels + (t << 2)) as usize) + at, lanes));
      }
      memory.fill(ddt, 0, T << 5);
      backwardBlock(tokens, N, dt, du, out, B, C, pRow, A2 + block, start + block, g + block, dA2 + block, ddt, ddu, dB, dC, trail, decays, table);
      const keep = v128.load(skip + at);
      let sumSkip = v128.load(dSkip + at);
      let sumBias = v128.load(dBias + at);
      for (let t: usize = 0; t < count; t++) {
        const u = v128.load(xs + at + t * xRow);
        const upstream = v128.load(out + (t << 4));
        const drive = v128.load(ddu + (t << 4));
        // ddelta = ddt ln 2 + ddu u;  draw = ddelta sigmoid(raw)
        const delta = madd(v128.load(ddt + (t << 4)), ln2, f32x4.mul(drive, u));
        const slope = f32x4.mul(delta, sigmoidFrom(v128.load(raw + (t << 4)), v128.load(e + (t << 4)), table));
        // du = ddu delta + D dy
        v128.store(dxs + at + t * xRow, madd(drive, v128.load(dt + (t << 4)), f32x4.mul(keep, upstream)));
        sumSkip = madd(upstream, u, sumSkip);
        sumBias = f32x4.add(sumBias, slope);
        v128.store(raw + (t << 4), slope);
      }
      v128.store(dSkip + at, sumSkip);
      v128.store(dBias + at, sumBias);
      for (let r: usize = 0; r < (R as usize); r++) {
        const w = v128.load(dtProj + at + r * xRow);
        let sum = v128.load(dDtProj + at + r * xRow);
        for (let t: usize = 0; t < count; t++) {
          const slope = v128.load(raw + (t << 4));
          sum = madd(slope, splat(proj + t * pRow + (r << 2), 0), sum);
          const cell = dLow + t * lowRow + (r << 4);
          v128.store(cell, madd(slope, w, v128.load(cell)));
        }
        v128.store(dDtProj + at + r * xRow, sum);
      }
    }
    for (let t: usize = 0; t < count; t++) {
      const row = dproj + t * pRow;
      for (let r: usize = 0; r < (R as usize); r++) {
        store<f32>(row + (r << 2), sumLanes(v128.load(dLow + t * lowRow + (r << 4))));
      }
      for (let n: usize = 0; n < (N as usize); n++) {
        const cell = t * ((N as usize) << 4) + (n << 4);
        store<f32>(row + (((R as usize) + n) << 2), sumLanes(v128.load(dB + cell)));
        store<f32>(row + (((R + N) as usize) + n << 2), sumLanes(v128.load(dC + cell)));
      }
    }
    projectionToInput(dproj, transposed, dxs, tokens, Dp, Pp);
    projectionToWeights(xs, dproj, dPack + packXProj(), tokens, Dp, Pp);
    for (let t: usize = 0; t < count; t++) {
      const pixel = load<u32>(pixels + (t << 2)) as usize;
      for (let d = 0; d < D; d += 4) {
        const at = (d as usize) << 2;
        addLanes(dx + pixel + at, v128.load(dxs + at + t * xRow), D - d);
      }
    }
  }
}

/** Unpacks the gradients of one direction's weights into the official layouts; dA_log = dA2 ln 2 A2 log2... = dA A. */
export function unpackGradients(
  pack: usize,
  dPack: usize,
  D: i32,
  R: i32,
  N: i32,
  dXProj: usize,
  dDtProj: usize,
  dBias: usize,
  dALogs: usize,
  dSkip: usize,
  table: usize,
): void {
  const Dp = paddedChannels(D);
  const P = R + 2 * N;
  const Pp = paddedOutputs(R, N);
  for (let p = 0; p < P; p++) {
    for (let d = 0; d < D; d++) {
      store<f32>(dXProj + (((p * D + d) as usize) << 2), load<f32>(dPack + (((d * Pp + p) as usize) << 2)));
    }
  }
  const dtAt = dPack + ((packDt(Dp, Pp) as usize) << 2);
  const biasAt = dPack + ((packBias(Dp, Pp, R) as usize) << 2);
  const skipAt = dPack + ((packSkip(Dp, Pp, R) as usize) << 2);
  const aAt = (packA2(Dp, Pp, R) as usize) << 2;
  const ln2 = f32x4.extract_lane(splat(table, TABLE_LN2), 0);
  for (let d = 0; d < D; d++) {
    for (let r = 0; r < R; r++) {
      store<f32>(dDtProj + (((d * R + r) as usize) << 2), load<f32>(dtAt + (((r * Dp + d) as usize) << 2)));
    }
    store<f32>(dBias + ((d as usize) << 2), load<f32>(biasAt + ((d as usize) << 2)));
    store<f32>(dSkip + ((d as usize) << 2), load<f32>(skipAt + ((d as usize) << 2)));
    for (let n = 0; n < N; n++) {
      // A = A2 ln 2; dA = sum of slopes times dt (no factor); dA_log = dA A
      const at = aAt + ((((d >> 2) * N * 4 + n * 4 + (d & 3)) as usize) << 2);
      store<f32>(dALogs + (((d * N + n) as usize) << 2), load<f32>(dPack + at) * load<f32>(pack + at) * ln2);
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

/** `scanDirectionBackward` into a map that is cleared first. */
export function scanDirectionBackwardAlone(
  x: usize,
  pack: usize,
  dy: usize,
  states: usize,
  dx: usize,
  dPack: usize,
  direction: i32,
  height: i32,
  width: i32,
  D: i32,
  R: i32,
  N: i32,
  scratch: usize,
  table: usize,
): void {
  memory.fill(dx, 0, ((height * width * D) as usize) << 2);
  memory.fill(dPack, 0, packBytes(D, R, N) as usize);
  scanDirectionBackward(x, pack, dy, states, dx, dPack, direction, height, width, D, R, N, scratch, table);
}

export { addFloats } from './lib/map-tokens';
