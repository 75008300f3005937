// Cross scan and cross merge on channel-last tensors.
//
// Method: one pass over input and output, 4 channels a vector; a token is a contiguous run of channels. No scratch.
// Limits: 32-bit byte offsets.
import { addLanes, loadLanes, storeLanes } from '../assembly/map-tokens.as';

/** Pixel of token t of a direction (see scan-directions.ts). */
@inline
function pixelOf(direction: i32, t: i32, height: i32, width: i32): i32 {
  const forward = direction >= 2 ? height * width - 1 - t : t;
  return (direction & 1) == 0 ? forward : (forward % height) * width + forward / height;
}

/** One direction of one image as a sequence: x [H, W, C] -> y [L, C]. */
export function scanDirection(x: usize, y: usize, direction: i32, height: i32, width: i32, C: i32): void {
  const row = (C as usize) << 2;
  for (let t = 0; t < height * width; t++) {
    const from = x + (pixelOf(direction, t, height, width) as usize) * row;
    for (let c = 0; c < C; c += 4) {
      const at = (c as usize) << 2;
      storeLanes(y + at, loadLanes(from + at, C - c), C - c);
    }
    y += row;
  }
}

/** A sequence back into the image, written (`first`) or added: y [L, C] -> x [H, W, C]. */
export function mergeDirection(
  y: usize,
  x: usize,
  direction: i32,
  height: i32,
  width: i32,
  C: i32,
  first: bool,
): void {
  const row = (C as usize) << 2;
  for (let t = 0; t < height * width; t++) {
    const to = x + (pixelOf(direction, t, height, width) as usize) * row;
    for (let c = 0; c < C; c += 4) {
      const at = (c as usize) << 2;
      const value = loadLanes(y + at, C - c);
      if (first) storeLanes(to + at, value, C - c);
      else addLanes(to + at, value, C - c);
    }
    y += row;
  }
}
