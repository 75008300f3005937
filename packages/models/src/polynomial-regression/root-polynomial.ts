/**
 * Root-polynomial terms (Finlayson, Mackiewicz, Hurlbert, "Color correction using root-polynomial regression",
 * IEEE TIP 24(5), 2015, table I): the k-th root of each monomial of degree k that is no power of a smaller one,
 * so that scaling the light scales every term. Each term is the exponents of (r, g, b), which sum to 1.
 */
export const ROOT_POLYNOMIAL_TERMS: Readonly<
  Record<1 | 2 | 3, readonly (readonly [number, number, number])[]>
> = (() => {
  const first = [
    [1, 0, 0],
    [0, 1, 0],
    [0, 0, 1],
  ] as const;
  const half = 1 / 2;
  const second = [
    [half, half, 0],
    [0, half, half],
    [half, 0, half],
  ] as const;
  const [one, two] = [1 / 3, 2 / 3];
  const third = [
    [one, two, 0],
    [0, one, two],
    [one, 0, two],
    [two, one, 0],
    [0, two, one],
    [two, 0, one],
    [one, one, one],
  ] as const;
  return { 1: first, 2: [...first, ...second], 3: [...first, ...second, ...third] };
})();

export type RootPolynomialDegree = keyof typeof ROOT_POLYNOMIAL_TERMS;

/** The terms of one pixel, written to `out`; negative channels count as zero. */
export function rootPolynomialTerms(
  r: number,
  g: number,
  b: number,
  degree: RootPolynomialDegree,
  out: Float64Array,
): void {
  const [red, green, blue] = [Math.max(r, 0), Math.max(g, 0), Math.max(b, 0)];
  ROOT_POLYNOMIAL_TERMS[degree].forEach(([i, j, k], t) => {
    out[t] = red ** i * green ** j * blue ** k; // 0 ** 0 = 1: an absent channel is a factor of 1
  });
}
