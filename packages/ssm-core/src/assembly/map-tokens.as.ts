// What the kernels of sequences and of SS2D share: the order of tokens in a direction, access to channels of a map, and the
// projection of a chunk's tokens with its gradients.
import { madd } from '@prismamba/backend/assembly/simd-math';
import { splat } from './exp2.as';

@inline
export function up(value: i32, multiple: i32): i32 {
  return ((value + multiple - 1) / multiple) * multiple;
}

/** Byte offsets, within the map, of `tokens` tokens from token t0 of a direction (see scan-directions.ts). */
export function fillPixels(pixels: usize, direction: i32, t0: i32, tokens: i32, height: i32, width: i32, D: i32): void {
  const length = height * width;
  for (let i = 0; i < tokens; i++) {
    const t = direction >= 2 ? length - 1 - (t0 + i) : t0 + i;
    const pixel = (direction & 1) == 0 ? t : (t % height) * width + t / height;
    store<u32>(pixels + ((i as usize) << 2), (pixel * D * 4) as u32);
  }
}

/** Reads 4 channels (or the last 1 to 3, the other lanes 0) from the map. */
@inline
export function loadLanes(pointer: usize, lanes: i32): v128 {
  if (lanes >= 4) return v128.load(pointer);
  if (lanes == 3) {
    return f32x4.replace_lane(v128.load64_zero(pointer), 2, load<f32>(pointer, 8));
  }
  return lanes == 2 ? v128.load64_zero(pointer) : v128.load32_zero(pointer);
}

/** Adds 4 channels (or the last 1 to 3) to the map. */
@inline
export function addLanes(pointer: usize, value: v128, lanes: i32): void {
  if (lanes >= 4) {
    v128.store(pointer, f32x4.add(v128.load(pointer), value));
    return;
  }
  store<f32>(pointer, load<f32>(pointer) + f32x4.extract_lane(value, 0));
  if (lanes > 1) store<f32>(pointer, load<f32>(pointer, 4) + f32x4.extract_lane(value, 1), 4);
  if (lanes > 2) store<f32>(pointer, load<f32>(pointer, 8) + f32x4.extract_lane(value, 2), 8);
}

/** Writes 4 channels (or the last 1 to 3) of the map. */
@inline
export function storeLanes(pointer: usize, value: v128, lanes: i32): void {
  if (lanes >= 4) {
    v128.store(pointer, value);
    return;
  }
  store<f32>(pointer, f32x4.extract_lane(value, 0));
  if (lanes > 1) store<f32>(pointer, f32x4.extract_lane(value, 1), 4);
  if (lanes > 2) store<f32>(pointer, f32x4.extract_lane(value, 2), 8);
}

/** proj[t][p] = sum_d xs[t][d] W[d][p]: 4 tokens x 12 outputs in registers. Rows beyond `tokens` are computed too. */
export function project(xs: usize, W: usize, proj: usize, tokens: i32, Dp: i32, Pp: i32): void {
  const xRow = (Dp as usize) << 2;
  const pRow = (Pp as usize) << 2;
  for (let t = 0; t < tokens; t += 4) {
    const x = xs + (t as usize) * xRow;
    for (let p: usize = 0; p < pRow; p += 48) {
      let s00 = f32x4.splat(0);
      let s01 = s00;
      let s02 = s00;
      let s10 = s00;
      let s11 = s00;
      let s12 = s00;
      let s20 = s00;
      let s21 = s00;
      let s22 = s00;
      let s30 = s00;
      let s31 = s00;
      let s32 = s00;
      let w = W + p;
      for (let d: usize = 0; d < xRow; d += 4) {
        const w0 = v128.load(w, 0);
        const w1 = v128.load(w, 16);
        const w2 = v128.load(w, 32);
        const x0 = splat(x + d, 0);
        s00 = madd(x0, w0, s00);
        s01 = madd(x0, w1, s01);
        s02 = madd(x0, w2, s02);
        const x1 = splat(x + d + xRow, 0);
        s10 = madd(x1, w0, s10);
        s11 = madd(x1, w1, s11);
        s12 = madd(x1, w2, s12);
        const x2 = splat(x + d + 2 * xRow, 0);
        s20 = madd(x2, w0, s20);
        s21 = madd(x2, w1, s21);
        s22 = madd(x2, w2, s22);
        const x3 = splat(x + d + 3 * xRow, 0);
        s30 = madd(x3, w0, s30);
        s31 = madd(x3, w1, s31);
        s32 = madd(x3, w2, s32);
        w += pRow;
      }
      let out = proj + (t as usize) * pRow + p;
      v128.store(out, s00, 0);
      v128.store(out, s01, 16);
      v128.store(out, s02, 32);
      out += pRow;
      v128.store(out, s10, 0);
      v128.store(out, s11, 16);
      v128.store(out, s12, 32);
      out += pRow;
      v128.store(out, s20, 0);
      v128.store(out, s21, 16);
      v128.store(out, s22, 32);
      out += pRow;
      v128.store(out, s30, 0);
      v128.store(out, s31, 16);
      v128.store(out, s32, 32);
    }
  }
}

/** dxs[t][d] += sum_p dproj[t][p] W[p][d] (W as [Pp][Dp]): 4 tokens x 8 channels in registers. */
export function projectionToInput(dproj: usize, W: usize, dxs: usize, tokens: i32, Dp: i32, Pp: i32): void {
  const xRow = (Dp as usize) << 2;
  const pRow = (Pp as usize) << 2;
  for (let t = 0; t < tokens; t += 4) {
    const g = dproj + (t as usize) * pRow;
    const x = dxs + (t as usize) * xRow;
    let d: usize = 0;
    for (; d + 32 <= xRow; d += 32) {
      let s00 = v128.load(x + d, 0);
      let s01 = v128.load(x + d, 16);
      let s10 = v128.load(x + d + xRow, 0);
      let s11 = v128.load(x + d + xRow, 16);
      let s20 = v128.load(x + d + 2 * xRow, 0);
      let s21 = v128.load(x + d + 2 * xRow, 16);
      let s30 = v128.load(x + d + 3 * xRow, 0);
      let s31 = v128.load(x + d + 3 * xRow, 16);
      let w = W + d;
      for (let p: usize = 0; p < pRow; p += 4) {
        const w0 = v128.load(w, 0);
        const w1 = v128.load(w, 16);
        const g0 = splat(g + p, 0);
        s00 = madd(g0, w0, s00);
        s01 = madd(g0, w1, s01);
        const g1 = splat(g + p + pRow, 0);
        s10 = madd(g1, w0, s10);
        s11 = madd(g1, w1, s11);
        const g2 = splat(g + p + 2 * pRow, 0);
        s20 = madd(g2, w0, s20);
        s21 = madd(g2, w1, s21);
        const g3 = splat(g + p + 3 * pRow, 0);
        s30 = madd(g3, w0, s30);
        s31 = madd(g3, w1, s31);
        w += xRow;
      }
      v128.store(x + d, s00, 0);
      v128.store(x + d, s01, 16);
      v128.store(x + d + xRow, s10, 0);
      v128.store(x + d + xRow, s11, 16);
      v128.store(x + d + 2 * xRow, s20, 0);
      v128.store(x + d + 2 * xRow, s21, 16);
      v128.store(x + d + 3 * xRow, s30, 0);
      v128.store(x + d + 3 * xRow, s31, 16);
    }
    if (d < xRow) {
      let s0 = v128.load(x + d);
      let s1 = v128.load(x + d + xRow);
      let s2 = v128.load(x + d + 2 * xRow);
      let s3 = v128.load(x + d + 3 * xRow);
      let w = W + d;
      for (let p: usize = 0; p < pRow; p += 4) {
        const w0 = v128.load(w);
        s0 = madd(splat(g + p, 0), w0, s0);
        s1 = madd(splat(g + p + pRow, 0), w0, s1);
        s2 = madd(splat(g + p + 2 * pRow, 0), w0, s2);
        s3 = madd(splat(g + p + 3 * pRow, 0), w0, s3);
        w += xRow;
      }
      v128.store(x + d, s0);
      v128.store(x + d + xRow, s1);
      v128.store(x + d + 2 * xRow, s2);
      v128.store(x + d + 3 * xRow, s3);
    }
  }
}

/** dW[d][p] += sum_t xs[t][d] dproj[t][p]: 4 channels x 12 outputs in registers. */
export function projectionToWeights(xs: usize, dproj: usize, dW: usize, tokens: i32, Dp: i32, Pp: i32): void {
  const xRow = (Dp as usize) << 2;
  const pRow = (Pp as usize) << 2;
  for (let d: usize = 0; d < (Dp as usize); d += 4) {
    for (let p: usize = 0; p < pRow; p += 48) {
      const r0 = dW + d * pRow + p;
      const r1 = r0 + pRow;
      const r2 = r1 + pRow;
      const r3 = r2 + pRow;
      let s00 = v128.load(r0, 0);
      let s01 = v128.load(r0, 16);
      let s02 = v128.load(r0, 32);
      let s10 = v128.load(r1, 0);
      let s11 = v128.load(r1, 16);
      let s12 = v128.load(r1, 32);
      let s20 = v128.load(r2, 0);
      let s21 = v128.load(r2, 16);
      let s22 = v128.load(r2, 32);
      let s30 = v128.load(r3, 0);
      let s31 = v128.load(r3, 16);
      let s32 = v128.load(r3, 32);
      let x = xs + (d << 2);
      let g = dproj + p;
      for (let t = 0; t < tokens; t++) {
        const g0 = v128.load(g, 0);
        const g1 = v128.load(g, 16);
        const g2 = v128.load(g, 32);
        const x0 = splat(x, 0);
        s00 = madd(x0, g0, s00);
        s01 = madd(x0, g1, s01);
        s02 = madd(x0, g2, s02);
        const x1 = splat(x, 4);
        s10 = madd(x1, g0, s10);
        s11 = madd(x1, g1, s11);
        s12 = madd(x1, g2, s12);
        const x2 = splat(x, 8);
        s20 = madd(x2, g0, s20);
        s21 = madd(x2, g1, s21);
        s22 = madd(x2, g2, s22);
        const x3 = splat(x, 12);
        s30 = madd(x3, g0, s30);
        s31 = madd(x3, g1, s31);
        s32 = madd(x3, g2, s32);
        x += xRow;
        g += pRow;
      }
      v128.store(r0, s00, 0);
      v128.store(r0, s01, 16);
      v128.store(r0, s02, 32);
      v128.store(r1, s10, 0);
      v128.store(r1, s11, 16);
      v128.store(r1, s12, 32);
      v128.store(r2, s20, 0);
      v128.store(r2, s21, 16);
      v128.store(r2, s22, 32);
      v128.store(r3, s30, 0);
      v128.store(r3, s31, 16);
      v128.store(r3, s32, 32);
    }
  }
}

/** to += from over `count` floats. */
export function addFloats(to: usize, from: usize, count: i32): void {
  let i = 0;
  for (; i + 4 <= count; i += 4) {
    v128.store(to, f32x4.add(v128.load(to), v128.load(from)));
    to += 16;
    from += 16;
  }
  for (; i < count; i++) {
    store<f32>(to, load<f32>(to) + load<f32>(from));
    to += 4;
    from += 4;
  }
}

/**
 * y += a + b over rows [first, end) of a map, b after a; pixels whose number in the column order is at least `bound` get b
 * first. (Floating-point sums depend on their order.)
 */
export function addInOrder(
  y: usize,
  a: usize,
  b: usize,
  first: i32,
  end: i32,
  height: i32,
  width: i32,
  D: i32,
  bound: i32,
): void {
  for (let row = first; row < end; row++) {
    // columns c with c height + row < bound
    const columns = min(width, max(0, (bound - row + height - 1) / height));
    const at = ((row * width * D) as usize) << 2;
    const cut = ((columns * D) as usize) << 2;
    addBoth(y + at, a + at, b + at, columns * D);
    addBoth(y + at + cut, b + at + cut, a + at + cut, (width - columns) * D);
  }
}

function addBoth(to: usize, a: usize, b: usize, count: i32): void {
  addFloats(to, a, count);
  addFloats(to, b, count);
}
