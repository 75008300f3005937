import type { EventHistogram } from '@prismamba/formats/internal';

/**
 * Counts of values in `buckets` equal parts between the smallest and the largest; NaN and infinite values are left out and
 * not counted.
 */
export function histogramOf(values: ArrayLike<number>, buckets = 30): EventHistogram {
  let [min, max, count, sum, sumOfSquares] = [Infinity, -Infinity, 0, 0, 0];
  for (let i = 0; i < values.length; i++) {
    const value = values[i]!;
    if (!Number.isFinite(value)) continue;
    min = Math.min(min, value);
    max = Math.max(max, value);
    count += 1;
    sum += value;
    sumOfSquares += value * value;
  }
  if (count === 0) return { min: 0, max: 0, count: 0, sum: 0, sumOfSquares: 0, limits: [0], counts: [0] };
  if (min === max) return { min, max, count, sum, sumOfSquares, limits: [min], counts: [count] };
  const width = (max - min) / buckets;
  const limits = Array.from({ length: buckets }, (_, i) => (i === buckets - 1 ? max : min + (i + 1) * width));
  const counts = new Array<number>(buckets).fill(0);
  for (let i = 0; i < values.length; i++) {
    const value = values[i]!;
    if (Number.isFinite(value)) counts[Math.min(buckets - 1, Math.floor((value - min) / width))]! += 1;
  }
  return { min, max, count, sum, sumOfSquares, limits, counts };
}
