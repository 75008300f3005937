// The causal depthwise convolution on channel-last sequences.
//
// Method: one pass over input and output, 4 channels a vector; a token is a contiguous run of channels. No scratch but the
// packed taps. Limits: 32-bit byte offsets.
import { madd } from '@prismamba/backend/assembly/simd-math';
import { addLanes, loadLanes, storeLanes } from '../assembly/map-tokens.as';

/** weight [D, K] as [K][D], or back. */
export function transposeTaps(from: usize, to: usize, D: i32, K: i32, back: bool): void {
  for (let d = 0; d < D; d++) {
    for (let j = 0; j < K; j++) {
      const plain = ((d * K + j) as usize) << 2;
      const packed = ((j * D + d) as usize) << 2;
      if (back) store<f32>(to + plain, load<f32>(from + packed));
      else store<f32>(to + packed, load<f32>(from + plain));
    }
  }
}

/** y_t = bias + sum_j w_j x_{t-K+1+j} of one sequence [L, D]; taps [K][D]; bias or 0. */
export function forward(x: usize, taps: usize, bias: usize, y: usize, L: i32, D: i32, K: i32): void {
  const row = (D as usize) << 2;
  for (let t = 0; t < L; t++) {
    for (let d = 0; d < D; d += 4) {
      const at = (d as usize) << 2;
      const lanes = D - d;
      let sum = bias == 0 ? f32x4.splat(0) : loadLanes(bias + at, lanes);
      for (let j = max(0, K - 1 - t); j < K; j++) {
        const tap = loadLanes(taps + (j as usize) * row + at, lanes);
        sum = madd(tap, loadLanes(x + ((t - K + 1 + j) as usize) * row + at, lanes), sum);
      }
      storeLanes(y + (t as usize) * row + at, sum, lanes);
    }
  }
}

/** The gradient of one sequence: dx_s = sum_j w_j dy_{s+K-1-j}; dTaps_j += sum_t dy_t x_{t-K+1+j}; dBias += sum_t dy_t. */
export function backward(
  x: usize,
  taps: usize,
  dy: usize,
  dx: usize,
  dTaps: usize,
  dBias: usize,
  L: i32,
  D: i32,
  K: i32,
): void {
  const row = (D as usize) << 2;
  for (let s = 0; s < L; s++) {
    for (let d = 0; d < D; d += 4) {
      const at = (d as usize) << 2;
      const lanes = D - d;
      let sum = f32x4.splat(0);
      for (let j = max(0, K - L + s); j < K; j++) {
        const tap = loadLanes(taps + (j as usize) * row + at, lanes);
        sum = madd(tap, loadLanes(dy + ((s + K - 1 - j) as usize) * row + at, lanes), sum);
      }
      storeLanes(dx + (s as usize) * row + at, sum, lanes);
    }
  }
  for (let d = 0; d < D; d += 4) {
    const at = (d as usize) << 2;
    const lanes = D - d;
    let total = f32x4.splat(0);
    for (let t = 0; t < L; t++) total = f32x4.add(total, loadLanes(dy + (t as usize) * row + at, lanes));
    addLanes(dBias + at, total, lanes);
    for (let j = 0; j < K; j++) {
      let sum = f32x4.splat(0);
      for (let t = max(0, K - 1 - j); t < L; t++) {
        const upstream = loadLanes(dy + (t as usize) * row + at, lanes);
        sum = madd(upstream, loadLanes(x + ((t - K + 1 + j) as usize) * row + at, lanes), sum);
      }
      addLanes(dTaps + (j as usize) * row + at, sum, lanes);
    }
  }
}
