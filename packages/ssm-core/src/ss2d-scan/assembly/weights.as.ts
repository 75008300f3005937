// The weights of one direction: packed and padded, and their gradients back in the official layouts.
import { exp2Of, splat, TABLE_LN2, TABLE_LOG2E } from '../../assembly/exp2.as';
import { up } from '../../assembly/map-tokens.as';

/** Channels padded to vectors. */
@inline
export function paddedChannels(D: i32): i32 {
  return up(D, 4);
}

/** Projection outputs padded to the register block of 12. */
@inline
export function paddedOutputs(R: i32, N: i32): i32 {
  return up(R + 2 * N, 12);
}

// Sections of the packed weights of one direction, in floats: x_proj [Dp][Pp], dt_proj [R][Dp], bias [Dp], D [Dp],
// A2 [Dp/4][N][4], x_proj the other way [Pp][Dp] (which the gradient needs).
@inline
export function packXProj(): i32 {
  return 0;
}
@inline
export function packDt(Dp: i32, Pp: i32): i32 {
  return Dp * Pp;
}
@inline
export function packBias(Dp: i32, Pp: i32, R: i32): i32 {
  return Dp * Pp + R * Dp;
}
@inline
export function packSkip(Dp: i32, Pp: i32, R: i32): i32 {
  return Dp * Pp + R * Dp + Dp;
}
@inline
export function packA2(Dp: i32, Pp: i32, R: i32): i32 {
  return Dp * Pp + R * Dp + 2 * Dp;
}

/** Bytes of the packed weights (and of their gradients) of one direction. */
export function packBytes(D: i32, R: i32, N: i32): i32 {
  const Dp = paddedChannels(D);
  return 4 * (packA2(Dp, paddedOutputs(R, N), R) + Dp * N + Dp * paddedOutputs(R, N));
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

/** Unpacks the gradients of one direction's weights into the official layouts; dA_log = dA A with A = A2 ln 2. */
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
