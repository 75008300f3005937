/** Calls `visit` for each output [B][H][W], input [B][H][W][2] and tap [2][K][K] that meet. */
function eachTap(
  [B, H, W]: readonly number[],
  K: number,
  visit: (output: number, input: number, tap: number) => void,
): void {
  const half = (K - 1) / 2;
  for (let pixel = 0; pixel < B! * H! * W!; pixel++) {
    const j = pixel % W!;
    const i = Math.floor(pixel / W!) % H!;
    for (let tap = 0; tap < 2 * K * K; tap++) {
      const [m, p, q] = [Math.floor(tap / (K * K)), Math.floor(tap / K) % K, tap % K];
      const [row, column] = [i + p - half, j + q - half];
      if (row < 0 || row >= H! || column < 0 || column >= W!) continue;
      visit(pixel, 2 * (pixel + (row - i) * W! + column - j) + m, tap);
    }
  }
}

/** The definition in float64: maps [B][H][W][2], weight [2][K][K] to [B][H][W]. */
export function mapConvolutionReference(
  maps: Float64Array,
  weight: Float64Array,
  shape: readonly number[],
): Float64Array {
  const out = new Float64Array(maps.length / 2);
  const K = Math.sqrt(weight.length / 2);
  eachTap(shape, K, (output, input, tap) => (out[output]! += weight[tap]! * maps[input]!));
  return out;
}

export function mapConvolutionReferenceGradient(
  maps: Float64Array,
  weight: Float64Array,
  shape: readonly number[],
  dy: Float64Array,
): { maps: Float64Array; weight: Float64Array } {
  const out = { maps: new Float64Array(maps.length), weight: new Float64Array(weight.length) };
  eachTap(shape, Math.sqrt(weight.length / 2), (output, input, tap) => {
    out.maps[input]! += dy[output]! * weight[tap]!;
    out.weight[tap]! += dy[output]! * maps[input]!;
  });
  return out;
}
