/** A wanted size: a number, or a name where any size will do. */
export type WantedSize = number | string;

/**
 * Throws unless `tensor` (anything with a shape) has the wanted rank and sizes.
 * @throws Error naming function, argument, the shape it got and the shape it wanted.
 */
export function checkShape(
  caller: string,
  argument: string,
  tensor: { readonly shape: readonly number[] },
  wanted: readonly WantedSize[],
): void {
  const { shape } = tensor;
  const fits =
    shape.length === wanted.length && wanted.every((w, i) => typeof w === 'string' || w === shape[i]);
  if (!fits) {
    throw new Error(`${caller}: ${argument}: got shape [${shape.join(', ')}], wanted [${wanted.join(', ')}]`);
  }
}
