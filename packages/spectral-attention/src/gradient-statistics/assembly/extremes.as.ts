// Backward of the four extremes of the normalisation: they touch single elements, shared equally among ties.
import { addAt, bytesOf, difference, reflected, rowFloats } from './elements.as';

/**
 * Elements of t that equal `value` in row `row` of the batch; where `share` is not 0 each gets it. `which` is 0 for the
 * low, 1 for the high.
 */
function visitT(x: usize, dx: usize, row: i32, value: f32, share: f32, H: i32, W: i32, C: i32): i32 {
  const rowBytes = bytesOf(W * C);
  const y = row % H;
  const upper = ((row - y + reflected(y, H)) as usize) * rowBytes;
  const here = (row as usize) * rowBytes;
  let count = 0;
  for (let j = 0; j < W; j++) {
    for (let c = 0; c < C; c++) {
      const left = here + bytesOf(reflected(j, W) * C + c);
      if (difference(x + left, bytesOf(C)) == value) {
        count++;
        if (share != 0) {
          addAt(dx + left, -share);
          addAt(dx + left + bytesOf(C), share);
        }
      }
      const up = upper + bytesOf(j * C + c);
      if (difference(x + up, rowBytes) == value) {
        count++;
        if (share != 0) {
          addAt(dx + up, -share);
          addAt(dx + up + rowBytes, share);
        }
      }
    }
  }
  return count;
}

/** The same for g. */
function visitG(x: usize, dx: usize, row: i32, value: f32, share: f32, W: i32, C: i32): i32 {
  let at = bytesOf(row * W * C);
  let count = 0;
  for (let j = 0; j < W; j++, at += 4) {
    for (let c = 0; c < C - 1; c++, at += 4) {
      if (difference(x + at, 4) != value) continue;
      count++;
      if (share != 0) {
        addAt(dx + at, -share);
        addAt(dx + at + 4, share);
      }
    }
  }
  return count;
}

/** Shares gradients[k] equally among the elements that hold extreme k (low and high of t, low and high of g). */
export function spreadExtremes(
  x: usize,
  rows: usize,
  extremes: usize,
  gradients: usize,
  dx: usize,
  B: i32,
  H: i32,
  W: i32,
  C: i32,
): void {
  for (let k = 0; k < 4; k++) {
    const value = load<f32>(extremes + bytesOf(k));
    const total = load<f32>(gradients + bytesOf(k));
    if (total == 0) continue;
    let ties = 0;
    for (let pass = 0; pass < 2; pass++) {
      const share: f32 = pass == 0 ? 0 : total / (ties as f32);
      for (let row = 0; row < B * H; row++) {
        if (load<f32>(rows + bytesOf(row * rowFloats(C) + k)) != value) continue;
        const count = k < 2 ? visitT(x, dx, row, value, share, H, W, C) : visitG(x, dx, row, value, share, W, C);
        if (pass == 0) ties += count;
      }
    }
  }
}
