import { intervalScale } from '@prismamba/weights';

/**
 * Means and half widths of the 90 % intervals from an ensemble's answer.
 *
 * @param answer  [pixels, 2 bands]: means, then standard deviations
 * @param factors by band, of the weights' card
 */
export function splitIntervals(
  answer: Float32Array,
  factors: readonly number[],
): { data: Float32Array; half: Float32Array } {
  const bands = factors.length;
  const pixels = answer.length / (2 * bands);
  if (!Number.isInteger(pixels))
    throw new RangeError(`The network has other bands than the ${bands} of its card.`);
  const [data, half] = [new Float32Array(pixels * bands), new Float32Array(pixels * bands)];
  for (let pixel = 0; pixel < pixels; pixel++) {
    for (let band = 0; band < bands; band++) {
      const [from, to] = [2 * pixel * bands + band, pixel * bands + band];
      data[to] = answer[from]!;
      half[to] = factors[band]! * intervalScale(answer[from]!, answer[from + bands]!);
    }
  }
  return { data, half };
}
