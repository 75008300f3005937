/** The Haar transform as plain loops in float64: the definition. Maps are NHWC, row-major. */
type Values = ArrayLike<number>;
type Shape4 = readonly [batch: number, height: number, width: number, channels: number];

/** Sign of samples a, b, c, e of a 2x2 cell in LL, LH, HL, HH; the factor is 1/2. */
const signs = [
  [1, 1, 1, 1],
  [1, 1, -1, -1],
  [1, -1, 1, -1],
  [1, -1, -1, 1],
] as const;

/** Calls `visit` for each sample of each cell with the offsets of its pixel and of its cell, and its number 0..3. */
function forEachSample(
  [batch, height, width]: Shape4,
  visit: (pixel: number, cell: number, k: number) => void,
): void {
  const rows = Math.ceil(height / 2);
  const columns = Math.ceil(width / 2);
  for (let n = 0; n < batch; n++) {
    for (let h = 0; h < height; h++) {
      for (let w = 0; w < width; w++) {
        const cell = (n * rows + Math.floor(h / 2)) * columns + Math.floor(w / 2);
        visit((n * height + h) * width + w, cell, 2 * (h % 2) + (w % 2));
      }
    }
  }
}

/** x [B, H, W, C] to [B, ceil(H/2), ceil(W/2), 4C]; samples outside the map are zero. */
export function haarDwtReference(x: Values, shape: Shape4): Float64Array {
  const [batch, height, width, channels] = shape;
  const y = new Float64Array(batch * Math.ceil(height / 2) * Math.ceil(width / 2) * 4 * channels);
  forEachSample(shape, (pixel, cell, k) => {
    for (let band = 0; band < 4; band++) {
      for (let c = 0; c < channels; c++) {
        y[(cell * 4 + band) * channels + c]! += 0.5 * signs[band]![k]! * x[pixel * channels + c]!;
      }
    }
  });
  return y;
}

/** The inverse: `shape` is that of the result. It is also the adjoint, since the transform is orthonormal. */
export function haarIdwtReference(y: Values, shape: Shape4): Float64Array {
  const [batch, height, width, channels] = shape;
  const x = new Float64Array(batch * height * width * channels);
  forEachSample(shape, (pixel, cell, k) => {
    for (let band = 0; band < 4; band++) {
      for (let c = 0; c < channels; c++) {
        x[pixel * channels + c]! += 0.5 * signs[band]![k]! * y[(cell * 4 + band) * channels + c]!;
      }
    }
  });
  return x;
}
