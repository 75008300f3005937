/**
 * WGSL of softplus: log(1 + e) for e in [0, 1] by atanh, right for small e too, where 1 + e has lost it; and of its derivative. Both
 * keep NaN and stand behind `EXP` of nan.webgpu.ts.
 */
export const SOFTPLUS = `
fn softplus(v: f32) -> f32 {
  if (isNan(v)) { return v; }
  let e = exp(-abs(v));
  let s = e / (2.0 + e);
  let q = s * s;
  let series = 1.0 + q * (1.0 / 3.0 + q * (1.0 / 5.0 + q * (1.0 / 7.0 + q * (1.0 / 9.0 + q * (1.0 / 11.0 + q / 13.0)))));
  return max(v, 0.0) + 2.0 * s * series;
}
fn softplusSlope(v: f32) -> f32 { return 1.0 / (1.0 + expOf(-v)); }
`;
