/**
 * WGSL of `neighbour(place, tap, sense) -> i32` over maps of `uniforms.height` times `uniforms.width` places: the place that tap
 * (row, column) of a square kernel meets (sense 1), the one whose tap meets this (sense -1), or -1 outside. `side` is the kernel's, as WGSL.
 */
export const neighbourAround = (side: string): string => `
fn neighbour(place: u32, tap: u32, sense: i32) -> i32 {
  let half = i32(${side} / 2u);
  let row = i32(place / uniforms.width % uniforms.height) + sense * (i32(tap / ${side}) - half);
  let column = i32(place % uniforms.width) + sense * (i32(tap % ${side}) - half);
  if (row < 0 || row >= i32(uniforms.height) || column < 0 || column >= i32(uniforms.width)) { return -1; }
  let image = place / (uniforms.height * uniforms.width) * uniforms.height;
  return (i32(image) + row) * i32(uniforms.width) + column;
}`;
