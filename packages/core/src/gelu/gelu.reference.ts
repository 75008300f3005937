/**
 * The definition in float64: y = x Phi(x) and dy/dx = Phi(x) + x phi(x).
 *
 * Phi(x) = 1/2 + phi(x) (x + x^3/3 + x^5/(3 5) + ...) for |x| < 3 (a series of positive terms, Abramowitz and Stegun 26.2.11);
 * beyond it the tail phi(x) / (x + 1/(x + 2/(x + ...))) (26.2.14).
 */
export function geluReference(x: number): readonly [value: number, slope: number] {
  const density = Math.exp(-0.5 * x * x) / Math.sqrt(2 * Math.PI);
  const size = Math.abs(x);
  let upper: number; // 1 - Phi(|x|)
  if (size < 3) {
    let sum = 0;
    for (let term = size, k = 3; sum + term !== sum; term *= (size * size) / k, k += 2) sum += term;
    upper = 0.5 - density * sum;
  } else {
    let fraction = size;
    for (let k = 60; k >= 1; k--) fraction = size + k / fraction;
    upper = density / fraction;
  }
  const distribution = x < 0 ? upper : 1 - upper;
  return [x * distribution, distribution + x * density];
}
