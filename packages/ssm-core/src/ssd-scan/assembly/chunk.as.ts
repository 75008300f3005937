// Where the arrays of one chunk of 64 tokens lie in the scratch, and the states between chunks.
import { up } from '../../assembly/map-tokens.as';

export const CHUNK: i32 = 64;

/** Bytes of scratch of one call, whatever the length. */
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

/** Where everything of one chunk lies in the scratch; set by `layout`. One call runs at a time. */
export let pixels: usize = 0;
export let xs: usize = 0;
export let proj: usize = 0;
export let raw: usize = 0;
export let small: usize = 0;
export let delta: usize = 0;
export let decay: usize = 0;
export let mB: usize = 0;
export let mC: usize = 0;
export let du: usize = 0;
export let out: usize = 0;
export let state: usize = 0;
export let initial: usize = 0;
export let dxs: usize = 0;
export let dproj: usize = 0;
export let draw: usize = 0;
export let rowsB: usize = 0;
export let rowsC: usize = 0;
export let ddu: usize = 0;
export let slope: usize = 0;
export let ddelta: usize = 0;
export let cellsB: usize = 0;
export let cellsC: usize = 0;
export let trail: usize = 0;

let top: usize = 0;

function take(bytes: i32): usize {
  const at = top;
  top += ((bytes + 15) & ~15) as usize;
  return at;
}

/** Lays the arrays out, all 0; outputs of the projection, 0 without one. */
export function layout(scratch: usize, heads: i32, P: i32, N: i32, outputs: i32): void {
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

/** Bytes of the state of one group. */
export function carryBytes(heads: i32, P: i32, N: i32): i32 {
  return 4 * heads * up(P, 4) * up(N, 8);
}

/** Goes on with a state that is kept elsewhere, at first 0; after `layout`. */
export function resume(carry: usize, atStart: bool, heads: i32, P: i32, N: i32): void {
  state = carry;
  if (atStart) memory.fill(carry, 0, carryBytes(heads, P, N) as usize);
}

/** [heads P][N] into blocks [Np][4], or back. The padding must be 0 before. */
export function packStates(plain: usize, packed: usize, heads: i32, P: i32, N: i32, back: bool): void {
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
export function keepState(states: usize, chunk: i32, heads: i32, P: i32, N: i32): void {
  if (states == 0 || chunk == 0) return;
  const bytes = ((heads * up(P, 4) * up(N, 8)) as usize) << 2;
  memory.copy(states + ((chunk - 1) as usize) * bytes, state, bytes);
}

/** Where the states before a chunk are. */
export function startOf(states: usize, chunk: i32, heads: i32, P: i32, N: i32): usize {
  const bytes = ((heads * up(P, 4) * up(N, 8)) as usize) << 2;
  return chunk == 0 ? initial : states + ((chunk - 1) as usize) * bytes;
}
