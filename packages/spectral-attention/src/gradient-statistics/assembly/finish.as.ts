// After all rows: their extremes joined, g pooled over each sample, the maps normalised in place.
import { bytesOf, INFINITY, rangeOf, rowFloats } from './elements.as';

/** Extremes [4] of all rows: low and high of t, low and high of g. */
export function joinExtremes(rows: usize, count: i32, C: i32, extremes: usize): void {
  let low: f32 = INFINITY;
  let high: f32 = -INFINITY;
  let lowG: f32 = INFINITY;
  let highG: f32 = -INFINITY;
  for (let r = 0; r < count; r++, rows += bytesOf(rowFloats(C))) {
    low = min<f32>(low, load<f32>(rows));
    high = max<f32>(high, load<f32>(rows, 4));
    lowG = min<f32>(lowG, load<f32>(rows, 8));
    highG = max<f32>(highG, load<f32>(rows, 12));
  }
  store<f32>(extremes, low);
  store<f32>(extremes, high, 4);
  store<f32>(extremes, lowG, 8);
  store<f32>(extremes, highG, 12);
}

/** pooled [B][2][C]: normalised mean and maximum of g over the pixels, the last band a copy of the one before. */
export function pool(
  rows: usize,
  B: i32,
  H: i32,
  W: i32,
  C: i32,
  epsilon: f32,
  extremes: usize,
  pooled: usize,
): void {
  const low = load<f32>(extremes, 8);
  const range = load<f32>(extremes, 12) - low + epsilon;
  for (let b = 0; b < B; b++) {
    for (let c = 0; c < C; c++) {
      const band = min(c, C - 2);
      let sum: f64 = 0;
      let top: f32 = -INFINITY;
      for (let y = 0; y < H; y++) {
        const row = rows + bytesOf((b * H + y) * rowFloats(C) + 4 + band);
        sum += load<f32>(row) as f64;
        top = max<f32>(top, load<f32>(row + bytesOf(C - 1)));
      }
      // A sum is rounded, and the range may be as small as the rounding: the mean stays between the extremes.
      const mean = max<f64>(low as f64, min<f64>(top as f64, sum / ((H * W) as f64)));
      store<f32>(pooled + bytesOf((2 * b) * C + c), ((mean - (low as f64)) / (range as f64)) as f32);
      store<f32>(pooled + bytesOf((2 * b + 1) * C + c), (top - low) / range);
    }
  }
}

/** maps -> (maps - low) / range, floats `first` to `end`. */
export function normalise(maps: usize, first: i32, end: i32, extremes: usize): void {
  const low = load<f32>(extremes);
  const range = rangeOf(low, load<f32>(extremes, 4));
  const lows = f32x4.splat(low);
  const ranges = f32x4.splat(range);
  let at = maps + bytesOf(first);
  const stop = maps + bytesOf(end);
  for (; at + 16 <= stop; at += 16) v128.store(at, f32x4.div(f32x4.sub(v128.load(at), lows), ranges));
  for (; at < stop; at += 4) store<f32>(at, (load<f32>(at) - low) / range);
}
