// The gradient of the scan of one direction of one image.
import { madd, sumLanes } from '@prismamba/backend/assembly/simd-math';
import { sigmoidFrom, splat, TABLE_LN2 } from '../../assembly/exp2.as';
import {
  addLanes, fillPixels, loadLanes, project, projectionToInput, projectionToWeights, storeLanes,
} from '../../assembly/map-tokens.as';
import { backwardBlock, CHUNK } from '../../assembly/scan-core.as';
import { gather, stepsOfBlock } from './chunk.as';
import { packA2, packBias, packDt, packSkip, packXProj, paddedChannels, paddedOutputs } from './weights.as';

/**
 * The gradient of chunks [first, end) of `scanDirection`, from the last one back: added to dx (a map) or written to it if
 * `write`, and added to dPack (laid out as `pack`; its A2 section receives the gradient of A2 without the factor ln 2).
 * `states` is what the forward call stored. `carry`: the gradient of the state after chunk `end - 1` (set to 0 here at
 * the end of the image), afterwards that before chunk `first`.
 */
export function scanDirectionBackward(
  x: usize,
  pack: usize,
  dy: usize,
  states: usize,
  carry: usize,
  dx: usize,
  dPack: usize,
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
  const T = CHUNK as usize;
  const length = height * width;
  const hBytes = ((Dp * N) as usize) << 2;
  const pixels = scratch;
  const xs = pixels + (T << 2);
  const proj = xs + T * xRow;
  const raw = proj + T * pRow;
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
  memory.fill(dproj, 0, T * pRow);
  if (end * CHUNK >= length) memory.fill(carry, 0, hBytes);
  for (let chunk = end - 1; chunk >= first; chunk--) {
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
      backwardBlock(tokens, N, dt, du, out, B, C, pRow, A2 + block, start + block, carry + block, dA2 + block, ddt, ddu, dB, dC, trail, decays, table);
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
        const value = v128.load(dxs + at + t * xRow);
        if (write) storeLanes(dx + pixel + at, value, D - d);
        else addLanes(dx + pixel + at, value, D - d);
      }
    }
  }
}
