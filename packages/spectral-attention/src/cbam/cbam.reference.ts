/** CBAM as plain loops in float64: the definition. Maps are NHWC, row-major. */
export interface CbamReferenceArgs {
  readonly x: ArrayLike<number>;
  readonly shape: readonly [batch: number, height: number, width: number, channels: number];
  /** [C, hidden] and [hidden, C] */
  readonly fc0: ArrayLike<number>;
  readonly fc2: ArrayLike<number>;
  readonly hidden: number;
  /** [K, K, 2, 1] */
  readonly filter: ArrayLike<number>;
  readonly kernelSize: number;
}

const sigmoid = (x: number) => 1 / (1 + Math.exp(-x));

export function cbamReference(args: CbamReferenceArgs): Float64Array {
  const { x, shape, fc0, fc2, hidden, filter, kernelSize } = args;
  const [batch, height, width, channels] = shape;
  const pixels = height * width;
  const gated = new Float64Array(batch * pixels * channels);
  for (let n = 0; n < batch; n++) {
    const at = (p: number, c: number) => (n * pixels + p) * channels + c;
    const pooled = { mean: new Float64Array(channels), max: new Float64Array(channels).fill(-Infinity) };
    for (let c = 0; c < channels; c++) {
      for (let p = 0; p < pixels; p++) {
        pooled.mean[c]! += x[at(p, c)]! / pixels;
        pooled.max[c] = Math.max(pooled.max[c]!, x[at(p, c)]!);
      }
    }
    const net = (v: Float64Array, c: number) => {
      let sum = 0;
      for (let h = 0; h < hidden; h++) {
        let inner = 0;
        for (let i = 0; i < channels; i++) inner += v[i]! * fc0[i * hidden + h]!;
        sum += Math.max(0, inner) * fc2[h * channels + c]!;
      }
      return sum;
    };
    for (let c = 0; c < channels; c++) {
      const gate = sigmoid(net(pooled.mean, c) + net(pooled.max, c));
      for (let p = 0; p < pixels; p++) gated[at(p, c)] = x[at(p, c)]! * gate;
    }
  }
  return spatialGate(gated, shape, filter, kernelSize);
}

function spatialGate(
  gated: Float64Array,
  [batch, height, width, channels]: CbamReferenceArgs['shape'],
  filter: ArrayLike<number>,
  kernelSize: number,
): Float64Array {
  const reach = (kernelSize - 1) / 2;
  const y = new Float64Array(gated.length);
  const spectrum = (n: number, h: number, w: number) => {
    const from = ((n * height + h) * width + w) * channels;
    return gated.subarray(from, from + channels);
  };
  for (let n = 0; n < batch; n++) {
    for (let h = 0; h < height; h++) {
      for (let w = 0; w < width; w++) {
        let sum = 0;
        for (let i = 0; i < kernelSize; i++) {
          for (let j = 0; j < kernelSize; j++) {
            const [row, column] = [h + i - reach, w + j - reach];
            if (row < 0 || row >= height || column < 0 || column >= width) continue;
            const values = spectrum(n, row, column);
            const mean = values.reduce((total, value) => total + value, 0) / channels;
            const tap = (i * kernelSize + j) * 2;
            sum += filter[tap]! * mean + filter[tap + 1]! * Math.max(...values);
          }
        }
        const from = ((n * height + h) * width + w) * channels;
        spectrum(n, h, w).forEach((value, c) => (y[from + c] = value * sigmoid(sum)));
      }
    }
  }
  return y;
}
