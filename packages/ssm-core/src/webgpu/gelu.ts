/**
 * WGSL of GELU, x Phi(x), and its derivative Phi(x) + x phi(x). Phi by erfc(a) = t P(t) exp(-a^2), t = 1 / (1 + 0.3275911 a)
 * (Abramowitz and Stegun 7.1.26, error at most 1.5e-7).
 */
export const GELU = `
fn distribution(x: f32) -> f32 {
  let a = abs(x) * 0.70710678;
  let t = 1.0 / (1.0 + 0.3275911 * a);
  let p = t * (0.254829592 + t * (-0.284496736 + t * (1.421413741 + t * (-1.453152027 + t * 1.061405429))));
  let upper = 0.5 * p * exp(-a * a);
  return select(upper, 1.0 - upper, x > 0.0);
}
fn gelu(x: f32) -> f32 { return x * distribution(x); }
fn geluSlope(x: f32) -> f32 { return distribution(x) + x * 0.39894228 * exp(-0.5 * x * x); }
`;
