// End of SS2D: out = W (LayerNorm(y) * z sigmoid(z)). z is given, or projected from the tokens x in front of the block, tile by
// tile: z = V [xhat, 1] with V as norm-linear-split packs it.
//
// Method: 64 tokens at a time in L1. Backward: the normalised, gated tokens are computed again;
// dn = (W^T dout) z s, dz = (W^T dout) n (s + z s (1 - s)) with n = xhat gamma + beta, s = sigmoid(z).
// Memory: `scratchBytes`. Ranges of tokens are independent; `sums` of several ranges are added in a fixed order.
import { madd } from '@prismamba/backend/assembly/simd-math';
import { addOuter, outerFloats, packedFloats, packMatrix, product, storeLanes, TILE, up4 } from '../assembly/tile-gemm.as';
import { gatherRows, lastLanes, normalisedRows, normaliseRows, normaliseRowsBackward, sigmoidRun } from '../assembly/tile-norm.as';

@inline
function bytesOf(floats: i32): usize {
  return (floats as usize) << 2;
}

/** Bytes of the packed parameters: W, W transposed, gamma and beta padded. */
export function packBytes(D: i32, C: i32): i32 {
  return 4 * (packedFloats(C, D) + packedFloats(D, C) + 2 * up4(D));
}

/** Bytes of the sums: dW [C][D] padded, dgamma and dbeta. */
export function sumBytes(D: i32, C: i32): i32 {
  return 4 * (outerFloats(C, D) + 2 * up4(D));
}

/** Bytes of scratch; C is also the width of x. */
export function scratchBytes(D: i32, C: i32): i32 {
  return 4 * (TILE * (5 * up4(D) + up4(C) + 1 + up4(C + 1) + 1) + 16);
}

/**
 * The gates of `tokens` tokens from the t-th on, rows of `ld` bytes: read from z [tokens][D], or, where `split` is not 0,
 * projected from z = x [tokens][C] with that packed matrix.
 */
function gateRows(
  z: usize, t: i32, tokens: i32, D: i32, C: i32, split: usize, norm: i32, epsilon: f32, gate: usize, ld: usize, own: usize,
): void {
  if (split == 0) {
    gatherRows(tokens, z + bytesOf(D) * (t as usize), bytesOf(D), D, gate, ld);
    return;
  }
  const ldx = bytesOf(up4(C + 1));
  normalisedRows(z + bytesOf(C) * (t as usize), tokens, C, norm != 0, epsilon, own, ldx, own + (TILE as usize) * ldx);
  product(tokens, own, ldx, C + 1, split, D, gate, ld);
}

export function pack(weight: usize, gamma: usize, beta: usize, D: i32, C: i32, to: usize): void {
  const back = to + bytesOf(packedFloats(C, D));
  const affine = back + bytesOf(packedFloats(D, C));
  packMatrix(weight, D, 1, C, D, to);
  packMatrix(weight, 1, D, D, C, back);
  const Dp = up4(D);
  for (let d = 0; d < Dp; d++) {
    store<f32>(affine + bytesOf(d), d < D ? load<f32>(gamma + bytesOf(d)) : 0);
    store<f32>(affine + bytesOf(Dp + d), d < D ? load<f32>(beta + bytesOf(d)) : 0);
  }
}

/** out [tokens][C] from y [tokens][D] and z, which is as in `gateRows`. */
export function forward(
  y: usize,
  z: usize,
  out: usize,
  first: i32,
  end: i32,
  D: i32,
  C: i32,
  epsilon: f32,
  packed: usize,
  split: usize,
  norm: i32,
  scratch: usize,
  table: usize,
): void {
  const Dp = up4(D);
  const ld = bytesOf(Dp);
  const tileBytes = (TILE as usize) * ld;
  const gate = scratch + tileBytes;
  const sig = gate + tileBytes;
  const scales = sig + tileBytes;
  const gamma = packed + bytesOf(packedFloats(C, D) + packedFloats(D, C));
  const beta = gamma + ld;
  const own = scales + bytesOf(TILE);
  memory.fill(gate, 0, tileBytes);
  for (let t = first; t < end; t += TILE) {
    const tokens = min(TILE, end - t);
    const at = bytesOf(D) * (t as usize);
    gatherRows(tokens, y + at, bytesOf(D), D, scratch, ld);
    normaliseRows(tokens, scratch, ld, D, epsilon, scales);
    gateRows(z, t, tokens, D, C, split, norm, epsilon, gate, ld, own);
    sigmoidRun(gate, sig, (tokens as usize) * ld, table);
    for (let r = 0; r < tokens; r++) {
      const row = (r as usize) * ld;
      for (let i: usize = 0; i < ld; i += 16) {
        const n = madd(v128.load(scratch + row + i), v128.load(gamma + i), v128.load(beta + i));
        const silu = f32x4.mul(v128.load(gate + row + i), v128.load(sig + row + i));
        v128.store(scratch + row + i, f32x4.mul(n, silu));
      }
    }
    product(tokens, scratch, ld, D, packed, C, out + bytesOf(C) * (t as usize), bytesOf(C));
  }
}

/** dy and dz [tokens][D]; sums += (dW, dgamma, dbeta). z is as in `gateRows`. */
export function backward(
  y: usize,
  z: usize,
  dout: usize,
  dy: usize,
  dz: usize,
  first: i32,
  end: i32,
  D: i32,
  C: i32,
  epsilon: f32,
  packed: usize,
  split: usize,
  norm: i32,
  sums: usize,
  scratch: usize,
  table: usize,
): void {
  const Dp = up4(D);
  const ld = bytesOf(Dp);
  const ldc = bytesOf(up4(C));
  const tileBytes = (TILE as usize) * ld;
  const gate = scratch + tileBytes;
  const sig = gate + tileBytes;
  const gated = sig + tileBytes;
  const g = gated + tileBytes;
  const upstream = g + tileBytes;
  const scales = upstream + (TILE as usize) * ldc;
  const back = packed + bytesOf(packedFloats(C, D));
  const gamma = back + bytesOf(packedFloats(D, C));
  const beta = gamma + ld;
  const dGamma = sums + bytesOf(outerFloats(C, D));
  const dBeta = dGamma + ld;
  const one = f32x4.splat(1);
  const last = ld - 16;
  const tail = lastLanes(D);
  const own = scales + bytesOf(TILE);
  memory.fill(g, 0, tileBytes);
  memory.fill(gate, 0, tileBytes);
  for (let t = first; t < end; t += TILE) {
    const tokens = min(TILE, end - t);
    const at = bytesOf(D) * (t as usize);
    gatherRows(tokens, y + at, bytesOf(D), D, scratch, ld);
    normaliseRows(tokens, scratch, ld, D, epsilon, scales);
    gateRows(z, t, tokens, D, C, split, norm, epsilon, gate, ld, own);
    sigmoidRun(gate, sig, (tokens as usize) * ld, table);
    gatherRows(tokens, dout + bytesOf(C) * (t as usize), bytesOf(C), C, upstream, ldc);
    product(tokens, upstream, ldc, C, back, D, g, ld);
    let to = dz + at;
    for (let r = 0; r < tokens; r++, to += bytesOf(D)) {
      const row = (r as usize) * ld;
      for (let i: usize = 0; i < ld; i += 16) {
        const xhat = v128.load(scratch + row + i);
        const scale = v128.load(gamma + i);
        const n = madd(xhat, scale, v128.load(beta + i));
        const s = v128.load(sig + row + i);
        const silu = f32x4.mul(v128.load(gate + row + i), s);
        v128.store(gated + row + i, f32x4.mul(n, silu));
        const d = v128.load(g + row + i);
        // silu' = s + z s (1 - s)
        const slope = madd(silu, f32x4.sub(one, s), s);
        const gateGradient = f32x4.mul(f32x4.mul(d, n), slope);
        if (i == last) storeLanes(to + i, gateGradient, tail);
        else v128.store(to + i, gateGradient);
        const dn = f32x4.mul(d, silu);
        v128.store(dGamma + i, madd(dn, xhat, v128.load(dGamma + i)));
        v128.store(dBeta + i, f32x4.add(dn, v128.load(dBeta + i)));
        v128.store(g + row + i, f32x4.mul(dn, scale));
      }
    }
    addOuter(tokens, upstream, ldc, C, gated, ld, D, sums);
    normaliseRowsBackward(tokens, g, ld, scratch, ld, D, scales, dy + at, bytesOf(D));
  }
}

/** dW [C][D], dgamma and dbeta [D] out of the sums. */
export function finish(sums: usize, D: i32, C: i32, dWeight: usize, dGamma: usize, dBeta: usize): void {
  const Dp = up4(D);
  for (let c = 0; c < C; c++) memory.copy(dWeight + bytesOf(c * D), sums + bytesOf(c * Dp), bytesOf(D));
  const affine = sums + bytesOf(outerFloats(C, D));
  memory.copy(dGamma, affine, bytesOf(D));
  memory.copy(dBeta, affine + bytesOf(Dp), bytesOf(D));
}
