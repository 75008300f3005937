// The parameters of a group of heads, packed and padded, and their gradients back in the plain layout.
import { exp2Of, TABLE_LN2, TABLE_LOG2E } from '../../assembly/exp2.as';
import { up } from '../../assembly/map-tokens.as';

/** Sections of the packed parameters of a group of H heads: A2 [H4], bias [H4], skip [H][Pp], x_proj both ways. */
@inline
export function skipAt(heads: i32): usize {
  return (up(heads, 4) as usize) << 3;
}
@inline
export function projectionAt(heads: i32, P: i32): usize {
  return skipAt(heads) + (((heads * up(P, 4)) as usize) << 2);
}

/** Bytes of the packed parameters of a group; `outputs` of the projection, 0 without one. */
export function packBytes(heads: i32, P: i32, outputs: i32): i32 {
  return (projectionAt(heads, P) as i32) + 8 * heads * up(P, 4) * up(outputs, 12);
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
