/** A wanted size: a number, or a name where any size will do. */
export type WantedSize = number | string;

/**
 * Throws unless `tensor` (anything with a shape) has the wanted rank and sizes. What comes from JavaScript may be anything.
 * @throws Error naming function, argument, the shape it got (or that it is missing, or has none) and the shape it wanted.
 */
export function checkShape<T extends { readonly shape: readonly number[] }>(
  caller: string,
  argument: string,
  tensor: T | undefined | null,
  wanted: readonly WantedSize[],
): asserts tensor is T {
  if (tensor === undefined || tensor === null) {
    throw new Error(`${caller}: ${argument}: is missing, wanted [${wanted.join(', ')}]`);
  }
  const { shape } = tensor;
  if (!Array.isArray(shape)) {
    throw new Error(
      `${caller}: ${argument}: got ${typeof tensor === 'object' ? 'an object without a shape' : `'${String(tensor)}'`}, wanted a tensor [${wanted.join(', ')}]`,
    );
  }
  const fits =
    shape.length === wanted.length && wanted.every((w, i) => typeof w === 'string' || w === shape[i]);
  if (!fits) {
    throw new Error(`${caller}: ${argument}: got shape [${shape.join(', ')}], wanted [${wanted.join(', ')}]`);
  }
  // Kernels divide by sizes, and means and maxima of nothing are no numbers.
  if (shape.includes(0)) {
    throw new Error(
      `${caller}: ${argument}: got shape [${shape.join(', ')}], which has no elements, wanted at least 1 of [${wanted.join(', ')}]`,
    );
  }
}
