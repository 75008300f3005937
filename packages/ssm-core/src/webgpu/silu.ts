/** WGSL of SiLU v sigmoid(v) and its derivative; both are finite where exp(-v) is not. */
export const SILU = `
fn silu(v: f32) -> f32 { return v / (1.0 + exp(-v)); }
fn siluSlope(v: f32) -> f32 {
  let s = 1.0 / (1.0 + exp(-v));
  return s + v * s * (1.0 - s);
}
`;
