// The scan of Mamba-2 (SSD): a scalar decay a head. One group of heads a call, either with steps, B and C given
// (`forwardGroup`), or with them projected from the input in one of the four directions of SS2D (`forwardDirection`).
//
// Method: 64 tokens at a time into L1 (a token is a contiguous run of channels, so that any order of tokens costs the same;
// every head is padded to whole vectors); softplus and decay once a head; recurrence in ssd-core. Backward: the states at
// the start of every chunk were stored by the forward call (P N floats a head and chunk), everything inside a chunk is
// computed again, then walked back. One pass over each input and output.
// Memory: `scratchBytes`, whatever the length; stored states N/64 floats a channel and token.
// Limits: 32-bit byte offsets. N is padded to a multiple of 8, P to one of 4, R + 2N to one of 12 inside.
import { madd, sumLanes } from '../../backend/assembly/lib/simd-math';
import { exp2Of, sigmoidFrom, softplusFrom, splat, TABLE_LN2, TABLE_LOG2E } from './lib/exp2';
import { addLanes, fillPixels, loadLanes, project, projectionToInput, projectionToWeights, up } from './lib/map-tokens';
import { backwardHeadBlock, forwardHeadBlock } from './lib/ssd-core';

const CHUNK: i32 = 64;

/** Sections of the packed parameters of a group of H heads: A2 [H4], bias [H4], skip [H][Pp], x_proj both ways. */
// @ts-ignore: decorator
@inline
function skipAt(heads: i32): usize {
  return (up(heads, 4) as usize) << 3;
}
// @ts-ignore: decorator
@inline
function projectionAt(heads: i32, P: i32): usize {
  return skipAt(heads) + (((heads * up(P, 4)) as usize) << 2);
}

/** Bytes of the packed parameters of a group; `outputs` of the projection, 0 without one. */
export function packBytes(heads: i32, P: i32, outputs: i32): i32 {
  return (projectionAt(heads, P) as i32) + 8 * heads * up(P, 4) * up(outputs, 12);
}

export function scratchBytes(heads: i32, P: i32, N: i32, outputs: i32): i32 {
  const W = heads * up(P, 4);
  const H4 = up(heads, 4);
  const Np = up(N, 8);
  const Op = up(outputs, 12);
  const T = CHUNK;
  const tokens = 2 * W + 2 * Op + 5 * H4 + 4 * Np + 1; // xs, dxs; proj, dproj; raw, e, delta, decay, draw; B, C, dB, dC
  const vectors = 4 * (5 + 2 * Np + 8); // du, out, ddu, slope, ddelta; cells; trail
  return 4 * (T * (tokens + vectors) + 32 + 2 * W * Np) + 512;
}

/** Bytes of the stored chunk-start states of one group of one sequence. */
export function stateBytes(length: i32, heads: i32, P: i32, N: i32): i32 {
  return ((length - 1) / CHUNK) * heads * up(P, 4) * up(N, 8) * 4;
}

/** A2 = A log2(e) (of A = -exp(A_log) when `logs`), bias and skip of a group. */
export function packGroup(
  A: usize,
  bias: usize,
  skip: usize,
  logs: bool,
  heads: i32,
  P: i32,
  pack: usize,
  outputs: i32,
  table: usize,
): void {
  memory.fill(pack, 0, packBytes(heads, P, outputs) as usize);
  const H4 = up(heads, 4);
  const Pp = up(P, 4);
  const log2e = load<f32>(table + TABLE_LOG2E);
  for (let r = 0; r < heads; r++) {
    const at = (r as usize) << 2;
    let rate = load<f32>(A + at);
    if (logs) rate = -f32x4.extract_lane(exp2Of(f32x4.splat(rate * log2e), table), 0);
    store<f32>(pack + at, rate * log2e);
    store<f32>(pack + at + ((H4 as usize) << 2), load<f32>(bias + at));
    for (let p = 0; p < P; p++) {
      store<f32>(pack + skipAt(heads) + (((r * Pp + p) as usize) << 2), load<f32>(skip + (((r * P + p) as usize) << 2)));
    }
  }
}

/** x_proj [O][heads P] of a direction, as [W][Op] and as [Op][W]; after `packGroup`. */
export function packProjection(weights: usize, heads: i32, P: i32, outputs: i32, pack: usize): void {
  const Pp = up(P, 4);
  const W = heads * Pp;
  const Op = up(outputs, 12);
  const at = pack + projectionAt(heads, P);
  for (let o = 0; o < outputs; o++) {
    for (let d = 0; d < heads * P; d++) {
      const c = (d / P) * Pp + (d % P);
      const weight = load<f32>(weights + (((o * heads * P + d) as usize) << 2));
      store<f32>(at + (((c * Op + o) as usize) << 2), weight);
      store<f32>(at + (((W * Op + o * W + c) as usize) << 2), weight);
    }
  }
}

/** Where everything of one chunk lies in the scratch; set by `layout`. One call runs at a time. */
let pixels: usize = 0;
let xs: usize = 0;
let proj: usize = 0;
let raw: usize = 0;
let small: usize = 0;
let delta: usize = 0;
let decay: usize = 0;
let mB: usize = 0;
let mC: usize = 0;
let du: usize = 0;
let out: usize = 0;
let state: usize = 0;
let initial: usize = 0;
let dxs: usize = 0;
let dproj: usize = 0;
let draw: usize = 0;
let rowsB: usize = 0;
let rowsC: usize = 0;
let ddu: usize = 0;
let slope: usize = 0;
let ddelta: usize = 0;
let cellsB: usize = 0;
let cellsC: usize = 0;
let trail: usize = 0;
let top: usize = 0;

function take(bytes: i32): usize {
  const at = top;
  top += ((bytes + 15) & ~15) as usize;
  return at;
}

function layout(scratch: usize, heads: i32, P: i32, N: i32, outputs: i32): void {
  const W = heads * up(P, 4);
  const H4 = up(heads, 4);
  const Np = up(N, 8);
  const Op = up(outputs, 12);
  const T = CHUNK;
  top = scratch;
  pixels = take(4 * T);
  xs = take(4 * T * W);
  proj = take(4 * T * Op);
  raw = take(4 * T * H4);
  small = take(4 * T * H4);
  delta = take(4 * T * H4);
  decay = take(4 * T * H4);
  mB = take(4 * T * Np);
  mC = take(4 * T * Np);
  du = take(16 * T);
  out = take(16 * T);
  state = take(4 * W * Np);
  initial = take(4 * W * Np);
  dxs = take(4 * T * W);
  dproj = take(4 * T * Op);
  draw = take(4 * T * H4);
  rowsB = take(4 * T * Np);
  rowsC = take(4 * T * Np);
  ddu = take(16 * T);
  slope = take(16 * T);
  ddelta = take(16 * T);
  cellsB = take(16 * T * Np);
  cellsC = take(16 * T * Np);
  trail = take(128 * (T + 1));
  memory.fill(scratch, 0, top - scratch);
}

/** Copies the heads' P floats of every token into rows of heads of Pp floats (the padding is already 0). */
function gatherHeads(map: usize, tokens: i32, heads: i32, P: i32): void {
  const Pp = up(P, 4);
  let to = xs;
  for (let i = 0; i < tokens; i++) {
    let from = map + (load<u32>(pixels + ((i as usize) << 2)) as usize);
    for (let r = 0; r < heads; r++) {
      let p = 0;
      for (; p + 4 <= P; p += 4) v128.store(to + ((p as usize) << 2), v128.load(from + ((p as usize) << 2)));
      if (p < P) v128.store(to + ((p as usize) << 2), loadLanes(from + ((p as usize) << 2), P - p));
      from += (P as usize) << 2;
      to += (Pp as usize) << 2;
    }
  }
}

/** Copies N floats a token, `rowBytes` apart, into rows of Np floats. */
function copyMatrix(from: usize, rowBytes: usize, tokens: i32, N: i32, to: usize): void {
  const Np = up(N, 8);
  for (let i = 0; i < tokens; i++) {
    for (let n: usize = 0; n < (N as usize); n++) store<f32>(to + (n << 2), load<f32>(from + (n << 2)));
    from += rowBytes;
    to += (Np as usize) << 2;
  }
}

/** raw = steps + bias; delta = softplus(raw) or raw; decay = 2^(delta A2): once a head. */
function headSteps(
  steps: usize,
  rowBytes: usize,
  tokens: i32,
  heads: i32,
  softplused: bool,
  pack: usize,
  table: usize,
): void {
  const H4 = up(heads, 4) as usize;
  const minusLog2e = f32x4.neg(splat(table, TABLE_LOG2E));
  for (let i: usize = 0; i < (tokens as usize); i++) {
    const row = (i * H4) << 2;
    for (let r = 0; r < heads; r += 4) {
      const at = row + ((r as usize) << 2);
      const lane = (r as usize) << 2;
      const bias = v128.load(pack + (H4 << 2) + lane);
      const value = f32x4.add(loadLanes(steps + i * rowBytes + lane, heads - r), bias);
      let step = value;
      if (softplused) {
        const e = exp2Of(f32x4.mul(f32x4.abs(value), minusLog2e), table);
        step = softplusFrom(value, e, table);
        v128.store(small + at, e);
      }
      v128.store(raw + at, value);
      v128.store(delta + at, step);
      v128.store(decay + at, exp2Of(f32x4.mul(step, v128.load(pack + lane)), table));
    }
  }
}

/** The recurrence over one prepared chunk; y is added to (`add`) or written at the tokens' pixels. */
function forwardChunk(tokens: i32, heads: i32, P: i32, N: i32, pack: usize, y: usize, add: bool): void {
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

// @ts-ignore: decorator
@inline
function storeLanes(pointer: usize, value: v128, lanes: i32): void {
  if (lanes >= 4) {
    v128.store(pointer, value);
    return;
  }
  store<f32>(pointer, f32x4.extract_lane(value, 0));
  if (lanes > 1) store<f32>(pointer, f32x4.extract_lane(value, 1), 4);
  if (lanes > 2) store<f32>(pointer, f32x4.extract_lane(value, 2), 8);
}

/**
 * The gradient over one prepared chunk: fills dxs, draw (after the softplus), rowsB, rowsC; adds to the sums in dPack (laid
 * out as pack; the first section receives the gradient of A).
 */
function backwardChunk(
  tokens: i32,
  heads: i32,
  P: i32,
  N: i32,
  softplused: bool,
  pack: usize,
  dPack: usize,
  dy: usize,
  start: usize,
  table: usize,
): void {
  const Pp = up(P, 4);
  const Np = up(N, 8);
  const count = tokens as usize;
  const tile = (CHUNK as usize) << 4;
  const xRow = ((heads * Pp) as usize) << 2;
  const hRow = (up(heads, 4) as usize) << 2;
  const ln2 = load<f32>(table + TABLE_LN2);
  memory.fill(cellsB, 0, (count * (Np as usize)) << 4);
  memory.fill(cellsC, 0, (count * (Np as usize)) << 4);
  for (let r = 0; r < heads; r++) {
    const head = (r as usize) << 2;
    memory.fill(slope, 0, 2 * tile); // and ddelta
    for (let p = 0; p < P; p += 4) {
      const at = ((r * Pp + p) as usize) << 2;
      const skip = skipAt(heads) + at;
      const keep = v128.load(pack + skip);
      const from = dy + (((r * P + p) as usize) << 2);
      for (let t: usize = 0; t < count; t++) {
        const x = v128.load(xs + t * xRow + at);
        v128.store(du + (t << 4), f32x4.mul(splat(delta + t * hRow + head, 0), x));
        v128.store(out + (t << 4), loadLanes(from + (load<u32>(pixels + (t << 2)) as usize), P - p));
      }
      memory.fill(ddu, 0, tile);
      const cell = at * (Np as usize);
      backwardHeadBlock(
        tokens, Np, decay + head, hRow, du, out, mB, mC, (Np as usize) << 2, start + cell, state + cell, ddu, slope,
        cellsB, cellsC, trail,
      );
      let sumSkip = v128.load(dPack + skip);
      for (let t: usize = 0; t < count; t++) {
        const x = v128.load(xs + t * xRow + at);
        const upstream = v128.load(out + (t << 4));
        const drive = v128.load(ddu + (t << 4));
        // dx = d(du) delta + D dy;  ddelta += d(du) x
        v128.store(dxs + t * xRow + at, madd(drive, splat(delta + t * hRow + head, 0), f32x4.mul(keep, upstream)));
        v128.store(ddelta + (t << 4), madd(drive, x, v128.load(ddelta + (t << 4))));
        sumSkip = madd(upstream, x, sumSkip);
      }
      v128.store(dPack + skip, sumSkip);
    }
    const A = load<f32>(pack + head) * ln2;
    let sumA = load<f32>(dPack + head);
    for (let t: usize = 0; t < count; t++) {
      // slope = sum of g decay h_{t-1} over the head: d(delta A)
      const s = sumLanes(v128.load(slope + (t << 4)));
      store<f32>(draw + t * hRow + head, sumLanes(v128.load(ddelta + (t << 4))) + A * s);
      sumA += load<f32>(delta + t * hRow + head) * s;
    }
    store<f32>(dPack + head, sumA);
  }
  for (let r: usize = 0; r < hRow; r += 16) {
    let sumBias = v128.load(dPack + hRow + r);
    for (let t: usize = 0; t < count; t++) {
      const at = t * hRow + r;
      let value = v128.load(draw + at);
      if (softplused) value = f32x4.mul(value, sigmoidFrom(v128.load(raw + at), v128.load(small + at), table));
      v128.store(draw + at, value);
      sumBias = f32x4.add(sumBias, value);
    }
    v128.store(dPack + hRow + r, sumBias);
  }
  for (let i: usize = 0; i < count * (Np as usize); i++) {
    store<f32>(rowsB + (i << 2), sumLanes(v128.load(cellsB + (i << 4))));
    store<f32>(rowsC + (i << 2), sumLanes(v128.load(cellsC + (i << 4))));
  }
}

/** [heads P][N] into blocks [Np][4], or back. The padding must be 0 before. */
function packStates(plain: usize, packed: usize, heads: i32, P: i32, N: i32, back: bool): void {
  const Pp = up(P, 4);
  const Np = up(N, 8);
  for (let d = 0; d < heads * P; d++) {
    const c = (d / P) * Pp + (d % P);
    for (let n = 0; n < N; n++) {
      const at = plain + (((d * N + n) as usize) << 2);
      const cell = packed + (((((c >> 2) * Np + n) * 4 + (c & 3)) as usize) << 2);
      if (back) store<f32>(at, load<f32>(cell));
      else store<f32>(cell, load<f32>(at));
    }
  }
}

/** Saves the states before a chunk but the first. */
function keepState(states: usize, chunk: i32, heads: i32, P: i32, N: i32): void {
  if (states == 0 || chunk == 0) return;
  const bytes = ((heads * up(P, 4) * up(N, 8)) as usize) << 2;
  memory.copy(states + ((chunk - 1) as usize) * bytes, state, bytes);
}

/** Where the states before a chunk are. */
function startOf(states: usize, chunk: i32, heads: i32, P: i32, N: i32): usize {
  const bytes = ((heads * up(P, 4) * up(N, 8)) as usize) << 2;
  return chunk == 0 ? initial : states + ((chunk - 1) as usize) * bytes;
}

/** Prepares the chunk of a group whose steps, B and C are given: rows of `allHeads` and of `groups` N floats. */
function prepareGroup(
  x: usize,
  dt: usize,
  B: usize,
  C: usize,
  s0: i32,
  tokens: i32,
  allHeads: i32,
  groups: i32,
  heads: i32,
  P: i32,
  N: i32,
  softplused: bool,
  pack: usize,
  table: usize,
): void {
  const start = s0 as usize;
  const row = ((allHeads * P) as usize) << 2;
  for (let i: usize = 0; i < (tokens as usize); i++) store<u32>(pixels + (i << 2), ((start + i) * row) as u32);
  const bRow = ((groups * N) as usize) << 2;
  gatherHeads(x, tokens, heads, P);
  copyMatrix(B + start * bRow, bRow, tokens, N, mB);
  copyMatrix(C + start * bRow, bRow, tokens, N, mC);
  const dtRow = (allHeads as usize) << 2;
  headSteps(dt + start * dtRow, dtRow, tokens, heads, softplused, pack, table);
}

/**
 * One group of one sequence; the pointers are at its first head (x, dt, y, begin, last) or group (B, C). `begin` and
 * `last` [heads, P, N], or 0. `states` or 0: where the states at the start of the chunks go.
 */
export function forwardGroup(
  x: usize,
  dt: usize,
  B: usize,
  C: usize,
  begin: usize,
  pack: usize,
  y: usize,
  last: usize,
  states: usize,
  L: i32,
  allHeads: i32,
  groups: i32,
  heads: i32,
  P: i32,
  N: i32,
  softplused: bool,
  scratch: usize,
  table: usize,
): void {
  layout(scratch, heads, P, N, 0);
  if (begin != 0) packStates(begin, state, heads, P, N, false);
  for (let s0 = 0; s0 < L; s0 += CHUNK) {
    const tokens = min(CHUNK, L - s0);
    prepareGroup(x, dt, B, C, s0, tokens, allHeads, groups, heads, P, N, softplused, pack, table);
    keepState(states, s0 / CHUNK, heads, P, N);
    forwardChunk(tokens, heads, P, N, pack, y, false);
  }
  if (last != 0) packStates(last, state, heads, P, N, true);
}

/** The gradient of `forwardGroup`. dx, ddt, dB, dC, dBegin (unless 0) are written, dPack is added to. */
export function backwardGroup(
  x: usize,
  dt: usize,
  B: usize,
  C: usize,
  begin: usize,
  pack: usize,
  states: usize,
  dy: usize,
  dLast: usize,
  dx: usize,
  ddt: usize,
  dB: usize,
  dC: usize,
  dBegin: usize,
  dPack: usize,
  L: i32,
  allHeads: i32,
  groups: i32,
  heads: i32,
  P: i32,
  N: i32,
  softplused: bool,
  scratch: usize,
  table: usize,
): void {
  layout(scratch, heads, P, N, 0);
  if (begin != 0) packStates(begin, initial, heads, P, N, false);
  if (dLast != 0) packStates(dLast, state, heads, P, N, false);
  const Pp = up(P, 4);
  const Np = up(N, 8) as usize;
  const H4 = up(heads, 4) as usize;
  for (let chunk = (L - 1) / CHUNK; chunk >= 0; chunk--) {
    const s0 = chunk * CHUNK;
    const tokens = min(CHUNK, L - s0);
    prepareGroup(x, dt, B, C, s0, tokens, allHeads, groups, heads, P, N, softplused, pack, table);
    backwardChunk(tokens, heads, P, N, softplused, pack, dPack, dy, startOf(states, chunk, heads, P, N), table);
    for (let i: usize = 0; i < (tokens as usize); i++) {
      const t = (s0 as usize) + i;
      const pixel = dx + (load<u32>(pixels + (i << 2)) as usize);
      for (let r = 0; r < heads; r++) {
        store<f32>(
          ddt + ((t * (allHeads as usize) + (r as usize)) << 2),
          load<f32>(draw + ((i * H4 + (r as usize)) << 2)),
        );
        for (let p = 0; p < P; p += 4) {
          const from = dxs + ((i * ((heads * Pp) as usize) + ((r * Pp + p) as usize)) << 2);
          storeLanes(pixel + (((r * P + p) as usize) << 2), v128.load(from), P - p);
        }
      }
      for (let n: usize = 0; n < (N as usize); n++) {
        const to = (t * ((groups * N) as usize) + n) << 2;
        store<f32>(dB + to, load<f32>(rowsB + ((i * Np + n) << 2)));
        store<f32>(dC + to, load<f32>(rowsC + ((i * Np + n) << 2)));
      }
    }
  }
  if (dBegin != 0) packStates(dBegin, state, heads, P, N, true);
}

/** Prepares a chunk of a direction of a map: steps, B and C are projections of the input. */
function prepareDirection(
  x: usize,
  direction: i32,
  t0: i32,
  tokens: i32,
  height: i32,
  width: i32,
  heads: i32,
  P: i32,
  N: i32,
  pack: usize,
  table: usize,
): void {
  const W = heads * up(P, 4);
  const Op = up(heads + 2 * N, 12);
  fillPixels(pixels, direction, t0, tokens, height, width, heads * P);
  gatherHeads(x, tokens, heads, P);
  project(xs, pack + projectionAt(heads, P), proj, tokens, W, Op);
  const row = (Op as usize) << 2;
  headSteps(proj, row, tokens, heads, true, pack, table);
  copyMatrix(proj + ((heads as usize) << 2), row, tokens, N, mB);
  copyMatrix(proj + (((heads + N) as usize) << 2), row, tokens, N, mC);
}

/** Adds the scan of one direction of one image [H, W, heads P] to y, which is cleared first if `alone`. */
export function forwardDirection(
  x: usize,
  pack: usize,
  y: usize,
  states: usize,
  alone: bool,
  direction: i32,
  height: i32,
  width: i32,
  heads: i32,
  P: i32,
  N: i32,
  scratch: usize,
  table: usize,
): void {
  const length = height * width;
  if (alone) memory.fill(y, 0, ((length * heads * P) as usize) << 2);
  layout(scratch, heads, P, N, heads + 2 * N);
  for (let t0 = 0; t0 < length; t0 += CHUNK) {
    const tokens = min(CHUNK, length - t0);
    prepareDirection(x, direction, t0, tokens, height, width, heads, P, N, pack, table);
    keepState(states, t0 / CHUNK, heads, P, N);
    forwardChunk(tokens, heads, P, N, pack, y, true);
  }
}

/** The gradient of `forwardDirection`: adds to dx and dPack, which are cleared first if `alone`. */
export function backwardDirection(
  x: usize,
  pack: usize,
  states: usize,
  dy: usize,
  dx: usize,
  dPack: usize,
  alone: bool,
  direction: i32,
  height: i32,
  width: i32,
  heads: i32,
  P: i32,
  N: i32,
  scratch: usize,
  table: usize,
): void {
  const length = height * width;
  const outputs = heads + 2 * N;
  if (alone) {
    memory.fill(dx, 0, ((length * heads * P) as usize) << 2);
    memory.fill(dPack, 0, packBytes(heads, P, outputs) as usize);
  }
  layout(scratch, heads, P, N, outputs);
  const Pp = up(P, 4);
  const W = heads * Pp;
  const Op = up(outputs, 12);
  const Np = up(N, 8) as usize;
  const H4 = up(heads, 4) as usize;
  const weights = projectionAt(heads, P);
  for (let chunk = (length - 1) / CHUNK; chunk >= 0; chunk--) {
    const t0 = chunk * CHUNK;
    const tokens = min(CHUNK, length - t0);
    prepareDirection(x, direction, t0, tokens, height, width, heads, P, N, pack, table);
    backwardChunk(tokens, heads, P, N, true, pack, dPack, dy, startOf(states, chunk, heads, P, N), table);
    for (let i: usize = 0; i < (tokens as usize); i++) {
      const row = dproj + ((i * (Op as usize)) << 2);
      for (let r: usize = 0; r < (heads as usize); r++) store<f32>(row + (r << 2), load<f32>(draw + ((i * H4 + r) << 2)));
      for (let n: usize = 0; n < (N as usize); n++) {
        const at = row + (((heads as usize) + n) << 2);
        store<f32>(at, load<f32>(rowsB + ((i * Np + n) << 2)));
        store<f32>(at + ((N as usize) << 2), load<f32>(rowsC + ((i * Np + n) << 2)));
      }
    }
    projectionToInput(dproj, pack + weights + (((W * Op) as usize) << 2), dxs, tokens, W, Op);
    projectionToWeights(xs, dproj, dPack + weights, tokens, W, Op);
    for (let i: usize = 0; i < (tokens as usize); i++) {
      const pixel = dx + (load<u32>(pixels + (i << 2)) as usize);
      for (let r = 0; r < heads; r++) {
        for (let p = 0; p < P; p += 4) {
          const from = dxs + ((i * (W as usize) + ((r * Pp + p) as usize)) << 2);
          addLanes(pixel + (((r * P + p) as usize) << 2), v128.load(from), P - p);
        }
      }
    }
  }
}

/**
 * Adds the gradients of a group's parameters to dA [heads], dBias [heads], dSkip [heads, P]; with `logs` dA is that of A_log
 * (dA A).
 */
export function addParameterGradients(
  pack: usize,
  dPack: usize,
  logs: bool,
  heads: i32,
  P: i32,
  dA: usize,
  dBias: usize,
  dSkip: usize,
  table: usize,
): void {
  const Pp = up(P, 4);
  const H4 = up(heads, 4) as usize;
  const ln2 = load<f32>(table + TABLE_LN2);
  for (let r = 0; r < heads; r++) {
    const at = (r as usize) << 2;
    let value = load<f32>(dPack + at);
    if (logs) value *= load<f32>(pack + at) * ln2;
    store<f32>(dA + at, load<f32>(dA + at) + value);
    store<f32>(dBias + at, load<f32>(dBias + at) + load<f32>(dPack + (H4 << 2) + at));
    for (let p = 0; p < P; p++) {
      const to = dSkip + (((r * P + p) as usize) << 2);
      store<f32>(to, load<f32>(to) + load<f32>(dPack + skipAt(heads) + (((r * Pp + p) as usize) << 2)));
    }
  }
}

/** Adds the gradient of a direction's x_proj, [O][heads P]. */
export function addProjectionGradient(dPack: usize, heads: i32, P: i32, outputs: i32, dWeights: usize): void {
  const Pp = up(P, 4);
  const Op = up(outputs, 12);
  const from = dPack + projectionAt(heads, P);
  for (let o = 0; o < outputs; o++) {
    for (let d = 0; d < heads * P; d++) {
      const c = (d / P) * Pp + (d % P);
      const to = dWeights + (((o * heads * P + d) as usize) << 2);
      store<f32>(to, load<f32>(to) + load<f32>(from + (((c * Op + o) as usize) << 2)));
    }
  }
}

export { addFloats } from './lib/map-tokens';
