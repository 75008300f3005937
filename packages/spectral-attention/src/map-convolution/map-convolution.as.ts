// Convolution of two maps to one, [H, W, 2] -> [H, W, 1], odd kernel, zero padding, no bias: the 7x7 of the spatial
// gradient attention.
//
// Method: maps are copied once into rows with a border of zeros, so that no edge needs code of its own. A vector holds two
// pixels of two maps; lanes are added in pairs at the end of an output. Gradient of the maps: the same loop over the
// upstream gradient, written twice side by side, with the flipped kernel and without adding lanes.
// Memory: the padded copies, about 8 bytes a pixel. Rows are independent.
import { madd } from '@prismamba/backend/assembly/simd-math';

/** Pixels computed at once. */
const RUN: i32 = 8;

@inline
function bytesOf(floats: i32): usize {
  return (floats as usize) << 2;
}

@inline
function paddedWidth(W: i32, K: i32): i32 {
  return W + K - 1 + RUN;
}

/** Bytes of a padded copy of one sample. */
export function paddedBytes(H: i32, W: i32, K: i32): i32 {
  return 8 * (H + K - 1) * paddedWidth(W, K);
}

/** Copies [H][W][channels] (2, or 1 written twice) into the padded form. */
export function padSample(from: usize, channels: i32, H: i32, W: i32, K: i32, to: usize): void {
  memory.fill(to, 0, paddedBytes(H, W, K) as usize);
  const row = bytesOf(2 * paddedWidth(W, K));
  const half = K >> 1;
  for (let y = 0; y < H; y++) {
    const target = to + ((y + half) as usize) * row + bytesOf(2 * half);
    const source = from + bytesOf(y * W * channels);
    if (channels == 2) {
      memory.copy(target, source, bytesOf(2 * W));
      continue;
    }
    for (let j = 0; j < W; j++) {
      const value = load<f32>(source + bytesOf(j));
      store<f32>(target + bytesOf(2 * j), value);
      store<f32>(target + bytesOf(2 * j), value, 4);
    }
  }
}

/** Bytes of the packed kernel: one vector (w0, w1, w0, w1) a tap. */
export function packBytes(K: i32): i32 {
  return 16 * K * K;
}

/** weight [2][K][K]; flipped for the gradient of the maps. */
export function packKernel(weight: usize, K: i32, flip: i32, to: usize): void {
  const taps = K * K;
  for (let tap = 0; tap < taps; tap++) {
    const from = flip != 0 ? taps - 1 - tap : tap;
    for (let m = 0; m < 2; m++) {
      const value = load<f32>(weight + bytesOf(m * taps + from));
      store<f32>(to + bytesOf(4 * tap + m), value);
      store<f32>(to + bytesOf(4 * tap + 2 + m), value);
    }
  }
}

/**
 * Rows `first` to `end` of one sample. `add` != 0: out [H][W], lanes added in pairs; 0: out [H][W][2].
 */
export function convolve(
  padded: usize,
  packed: usize,
  out: usize,
  first: i32,
  end: i32,
  W: i32,
  K: i32,
  add: i32,
): void {
  const row = bytesOf(2 * paddedWidth(W, K));
  for (let y = first; y < end; y++) {
    for (let j = 0; j < W; j += RUN) {
      let c0 = f32x4.splat(0);
      let c1 = c0;
      let c2 = c0;
      let c3 = c0;
      let w = packed;
      for (let p = 0; p < K; p++) {
        let from = padded + ((y + p) as usize) * row + bytesOf(2 * j);
        for (let q = 0; q < K; q++, from += 8, w += 16) {
          const weight = v128.load(w);
          c0 = madd(v128.load(from), weight, c0);
          c1 = madd(v128.load(from, 16), weight, c1);
          c2 = madd(v128.load(from, 32), weight, c2);
          c3 = madd(v128.load(from, 48), weight, c3);
        }
      }
      const pixels = min(RUN, W - j);
      if (add != 0) {
        const to = out + bytesOf(y * W + j);
        const a = f32x4.add(v128.shuffle<f32>(c0, c1, 0, 2, 4, 6), v128.shuffle<f32>(c0, c1, 1, 3, 5, 7));
        const b = f32x4.add(v128.shuffle<f32>(c2, c3, 0, 2, 4, 6), v128.shuffle<f32>(c2, c3, 1, 3, 5, 7));
        storePixels(to, a, min(4, pixels));
        if (pixels > 4) storePixels(to + 16, b, pixels - 4);
      } else {
        const to = out + bytesOf(2 * (y * W + j));
        storePixels(to, c0, min(4, 2 * pixels));
        if (pixels > 2) storePixels(to + 16, c1, min(4, 2 * (pixels - 2)));
        if (pixels > 4) storePixels(to + 32, c2, min(4, 2 * (pixels - 4)));
        if (pixels > 6) storePixels(to + 48, c3, min(4, 2 * (pixels - 6)));
      }
    }
  }
}

@inline
function storePixels(to: usize, v: v128, count: i32): void {
  if (count >= 4) {
    v128.store(to, v);
    return;
  }
  store<f32>(to, f32x4.extract_lane(v, 0));
  if (count > 1) store<f32>(to, f32x4.extract_lane(v, 1), 4);
  if (count > 2) store<f32>(to, f32x4.extract_lane(v, 2), 8);
}

/** sums [2][K][K] += gradient of the kernel from rows `first` to `end`; both arguments padded. */
export function kernelGradient(
  maps: usize,
  upstream: usize,
  sums: usize,
  first: i32,
  end: i32,
  W: i32,
  K: i32,
): void {
  const row = bytesOf(2 * paddedWidth(W, K));
  const half = K >> 1;
  const stop = bytesOf(2 * W);
  for (let y = first; y < end; y++) {
    const d = upstream + ((y + half) as usize) * row + bytesOf(2 * half);
    for (let p = 0; p < K; p++) {
      for (let q = 0; q < K; q++) {
        const from = maps + ((y + p) as usize) * row + bytesOf(2 * q);
        let a = f32x4.splat(0);
        let b = a;
        // beyond the row the upstream gradient is 0
        for (let i: usize = 0; i < stop; i += 32) {
          a = madd(v128.load(d + i), v128.load(from + i), a);
          b = madd(v128.load(d + i, 16), v128.load(from + i, 16), b);
        }
        const sum = f32x4.add(a, b);
        const at = sums + bytesOf(p * K + q);
        store<f32>(at, load<f32>(at) + f32x4.extract_lane(sum, 0) + f32x4.extract_lane(sum, 2));
        const next = at + bytesOf(K * K);
        store<f32>(next, load<f32>(next) + f32x4.extract_lane(sum, 1) + f32x4.extract_lane(sum, 3));
      }
    }
  }
}
