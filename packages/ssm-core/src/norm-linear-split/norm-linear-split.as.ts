// Layer norm, linear layer without bias, split in two: [u, z] = split(W LayerNorm(x)).
//
// Method: 64 tokens at a time. The affine part of the norm is folded into the weight, W' = W diag(gamma), and a constant 1
// is appended to each normalised token so that W beta is one more column: everything is one matrix product. Backward: the
// normalised tokens are computed again; with G = sum_t [du dz]_t [xhat_t 1]^T, dW = G gamma + db beta^T,
// dgamma_k = sum_n W[n][k] G[n][k], dbeta_k = sum_n W[n][k] db[n].
// Memory: `scratchBytes`. Ranges of tokens are independent; `sums` of several ranges are added in a fixed order.
import {
  addOuter,
  outerFloats,
  packedFloats,
  packMatrix,
  product,
  TILE,
  up4,
} from '../assembly/tile-gemm.as';
import { normalisedRows, normaliseRowsBackward } from '../assembly/tile-norm.as';

@inline
function bytesOf(floats: i32): usize {
  return (floats as usize) << 2;
}

/** Bytes of the packed weights: forward (W', W beta) once for u and once for z; backward W' transposed. */
export function packBytes(C: i32, D: i32): i32 {
  return 4 * (2 * packedFloats(D, C + 1) + packedFloats(C, 2 * D) + 2 * D * (C + 1));
}

/** Where the packed weights of z begin, in bytes. */
export function gateOffset(C: i32, D: i32): i32 {
  return 4 * packedFloats(D, C + 1);
}

/** Bytes of the sums G, [2D][C + 1] padded. */
export function sumBytes(C: i32, D: i32): i32 {
  return 4 * outerFloats(2 * D, C + 1);
}

export function scratchBytes(C: i32, D: i32): i32 {
  return 4 * (TILE * (up4(C + 1) + 1 + up4(2 * D) + up4(C)) + 16);
}

/** gamma and beta are 0 (null) without a norm. */
export function pack(weight: usize, gamma: usize, beta: usize, C: i32, D: i32, to: usize): void {
  const forward = packedFloats(D, C + 1);
  const back = to + bytesOf(2 * forward);
  const folded = back + bytesOf(packedFloats(C, 2 * D));
  for (let n = 0; n < 2 * D; n++) {
    let shift: f32 = 0;
    for (let k = 0; k < C; k++) {
      const w = load<f32>(weight + bytesOf(n * C + k));
      const g: f32 = gamma == 0 ? 1 : load<f32>(gamma + bytesOf(k));
      if (beta != 0) shift += w * load<f32>(beta + bytesOf(k));
      store<f32>(folded + bytesOf(n * (C + 1) + k), w * g);
    }
    store<f32>(folded + bytesOf(n * (C + 1) + C), shift);
  }
  packMatrix(folded, C + 1, 1, D, C + 1, to);
  packMatrix(folded + bytesOf(D * (C + 1)), C + 1, 1, D, C + 1, to + bytesOf(forward));
  packMatrix(folded, 1, C + 1, C, 2 * D, back);
}

/** u and z, [tokens][D], from x, [tokens][C]; z may be 0 (null): not wanted. */
export function forward(
  x: usize,
  u: usize,
  z: usize,
  first: i32,
  end: i32,
  C: i32,
  D: i32,
  norm: i32,
  epsilon: f32,
  packed: usize,
  scratch: usize,
): void {
  const ld = bytesOf(up4(C + 1));
  const scales = scratch + (TILE as usize) * ld;
  const second = packed + (gateOffset(C, D) as usize);
  for (let t = first; t < end; t += TILE) {
    const tokens = min(TILE, end - t);
    normalisedRows(x + bytesOf(C) * (t as usize), tokens, C, norm != 0, epsilon, scratch, ld, scales);
    const at = bytesOf(D) * (t as usize);
    product(tokens, scratch, ld, C + 1, packed, D, u + at, bytesOf(D));
    if (z != 0) product(tokens, scratch, ld, C + 1, second, D, z + at, bytesOf(D));
  }
}

/** dx, [tokens][C], and sums += G. */
export function backward(
  x: usize,
  du: usize,
  dz: usize,
  dx: usize,
  first: i32,
  end: i32,
  C: i32,
  D: i32,
  norm: i32,
  epsilon: f32,
  packed: usize,
  sums: usize,
  scratch: usize,
): void {
  const ld = bytesOf(up4(C + 1));
  const ldd = bytesOf(up4(2 * D));
  const ldg = bytesOf(up4(C));
  const scales = scratch + (TILE as usize) * ld;
  const both = scales + bytesOf(TILE);
  const g = both + (TILE as usize) * ldd;
  const back = packed + bytesOf(2 * packedFloats(D, C + 1));
  memory.fill(g, 0, (TILE as usize) * ldg);
  for (let t = first; t < end; t += TILE) {
    const tokens = min(TILE, end - t);
    normalisedRows(x + bytesOf(C) * (t as usize), tokens, C, norm != 0, epsilon, scratch, ld, scales);
    const at = bytesOf(D) * (t as usize);
    joinRows(tokens, du + at, dz + at, D, both, ldd);
    addOuter(tokens, both, ldd, 2 * D, scratch, ld, C + 1, sums);
    const to = dx + bytesOf(C) * (t as usize);
    if (norm == 0) {
      product(tokens, both, ldd, 2 * D, back, C, to, bytesOf(C));
      continue;
    }
    product(tokens, both, ldd, 2 * D, back, C, g, ldg);
    // the appended 1 and the zeros behind it must not enter the sums of the norm
    for (let i = 0; i < tokens; i++) store<f32>(scratch + bytesOf(C) + (i as usize) * ld, 0);
    normaliseRowsBackward(tokens, g, ldg, scratch, ld, C, scales, to, bytesOf(C));
  }
}

/** Rows [du, dz], padded with zeros. */
function joinRows(tokens: i32, du: usize, dz: usize, D: i32, to: usize, ld: usize): void {
  const row = bytesOf(D);
  const padding = ld - 2 * row;
  for (let t = 0; t < tokens; t++) {
    memory.copy(to, du, row);
    memory.copy(to + row, dz, row);
    if (padding > 0) memory.fill(to + 2 * row, 0, padding);
    du += row;
    dz += row;
    to += ld;
  }
}

/** dW [2D][C], dgamma and dbeta [C] out of the sums G. */
export function finish(
  sums: usize,
  weight: usize,
  gamma: usize,
  beta: usize,
  C: i32,
  D: i32,
  dWeight: usize,
  dGamma: usize,
  dBeta: usize,
): void {
  const row = up4(C + 1);
  for (let k = 0; k < C; k++) {
    const scale: f32 = gamma == 0 ? 1 : load<f32>(gamma + bytesOf(k));
    const shift: f32 = beta == 0 ? 0 : load<f32>(beta + bytesOf(k));
    let sumScale: f64 = 0;
    let sumShift: f64 = 0;
    for (let n = 0; n < 2 * D; n++) {
      const G = load<f32>(sums + bytesOf(n * row + k));
      const db = load<f32>(sums + bytesOf(n * row + C));
      const w = load<f32>(weight + bytesOf(n * C + k));
      store<f32>(dWeight + bytesOf(n * C + k), G * scale + db * shift);
      sumScale += (w as f64) * (G as f64);
      sumShift += (w as f64) * (db as f64);
    }
    if (gamma != 0) store<f32>(dGamma + bytesOf(k), sumScale as f32);
    if (beta != 0) store<f32>(dBeta + bytesOf(k), sumShift as f32);
  }
}
