/**
 * Weighted mean over a square window, separable and only where the window lies inside ("valid"):
 * out[i, j] = sum_{a, b} k[a] k[b] plane[i + a, j + b].
 *
 * @param plane   [height, width]
 * @param kernel  one-dimensional weights, n values
 * @param scratch [height, width - n + 1]
 * @param out     [height - n + 1, width - n + 1]
 */
export function windowMean(
  plane: Float64Array,
  height: number,
  width: number,
  kernel: Float64Array,
  scratch: Float64Array,
  out: Float64Array,
): void {
  const size = kernel.length;
  const columns = width - size + 1;
  const rows = height - size + 1;
  for (let i = 0; i < height; i++) {
    for (let j = 0; j < columns; j++) {
      const start = i * width + j;
      let sum = 0;
      for (let b = 0; b < size; b++) sum += kernel[b]! * plane[start + b]!;
      scratch[i * columns + j] = sum;
    }
  }
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j < columns; j++) {
      let sum = 0;
      for (let a = 0; a < size; a++) sum += kernel[a]! * scratch[(i + a) * columns + j]!;
      out[i * columns + j] = sum;
    }
  }
}
