// What the passes over a map share: offsets, where a reflected difference starts, single elements, lanes.

export const INFINITY: f32 = f32.MAX_VALUE;

@inline
export function bytesOf(floats: i32): usize {
  return (floats as usize) << 2;
}

/** Floats of one row of the statistics: low and high of t, low and high of g, sums of g, maxima of g. */
export function rowFloats(C: i32): i32 {
  return 4 + 2 * (C - 1);
}

/** Where the difference of index i starts: i, and size - 3 for the last. */
@inline
export function reflected(i: i32, size: i32): i32 {
  return i < size - 1 ? i : size - 3;
}

/** What differences are divided by: high - low, and infinity where that is 0: constant differences give 0, with gradient 0. */
export function rangeOf(low: f32, high: f32): f32 {
  return high == low ? (Infinity as f32) : high - low;
}

@inline
export function difference(at: usize, to: usize): f32 {
  return load<f32>(at + to) - load<f32>(at);
}

@inline
export function addAt(at: usize, value: f32): void {
  store<f32>(at, load<f32>(at) + value);
}

@inline
export function highestLane(v: v128): f32 {
  const a = f32x4.pmax(v, v128.shuffle<f32>(v, v, 2, 3, 0, 1));
  return max<f32>(f32x4.extract_lane(a, 0), f32x4.extract_lane(a, 1));
}
