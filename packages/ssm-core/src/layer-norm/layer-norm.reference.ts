/** Layer norm of rows of `channels` values in float64: what {@link layerNorm} means. */
export function layerNormReference(
  x: Float64Array,
  gamma: Float64Array,
  beta: Float64Array,
  epsilon: number,
): Float64Array {
  const { normalised } = normaliseReference(x, gamma.length, epsilon);
  return normalised.map((v, i) => v * gamma[i % gamma.length]! + beta[i % gamma.length]!);
}

/** (x - mean) / sqrt(var + epsilon) and 1 / sqrt(var + epsilon) of each row. */
function normaliseReference(x: Float64Array, channels: number, epsilon: number) {
  const normalised = new Float64Array(x.length);
  const scales = new Float64Array(x.length / channels);
  for (let row = 0; row < scales.length; row++) {
    const values = x.subarray(row * channels, (row + 1) * channels);
    const mean = values.reduce((sum, v) => sum + v, 0) / channels;
    const variance = values.reduce((sum, v) => sum + (v - mean) ** 2, 0) / channels;
    scales[row] = 1 / Math.sqrt(variance + epsilon);
    for (let c = 0; c < channels; c++) normalised[row * channels + c] = (values[c]! - mean) * scales[row]!;
  }
  return { normalised, scales };
}

export function layerNormReferenceGradient(
  x: Float64Array,
  gamma: Float64Array,
  epsilon: number,
  dy: Float64Array,
): { x: Float64Array; gamma: Float64Array; beta: Float64Array } {
  const channels = gamma.length;
  const { normalised, scales } = normaliseReference(x, channels, epsilon);
  const out = {
    x: new Float64Array(x.length),
    gamma: new Float64Array(channels),
    beta: new Float64Array(channels),
  };
  for (let row = 0; row < scales.length; row++) {
    let mean = 0;
    let along = 0;
    for (let c = 0; c < channels; c++) {
      const i = row * channels + c;
      // dgamma = sum dy xhat;  dbeta = sum dy
      out.gamma[c]! += dy[i]! * normalised[i]!;
      out.beta[c]! += dy[i]!;
      mean += (dy[i]! * gamma[c]!) / channels;
      along += (dy[i]! * gamma[c]! * normalised[i]!) / channels;
    }
    for (let c = 0; c < channels; c++) {
      const i = row * channels + c;
      // dx = 1/sigma (g - mean g - xhat mean(g xhat)), g = dy gamma
      out.x[i] = scales[row]! * (dy[i]! * gamma[c]! - mean - normalised[i]! * along);
    }
  }
  return out;
}
