/** [rows, inner] times [inner, columns], in float64. */
export function matrixProduct(
  a: ArrayLike<number>,
  b: ArrayLike<number>,
  rows: number,
  inner: number,
  columns: number,
): number[] {
  const out = new Array<number>(rows * columns).fill(0);
  for (let i = 0; i < rows; i++)
    for (let k = 0; k < inner; k++)
      for (let j = 0; j < columns; j++) out[i * columns + j]! += a[i * inner + k]! * b[k * columns + j]!;
  return out;
}

/** h_t = exp(-d_t) h_(t-1) + b_t, h before the first step 0; [steps, channels]. */
export function scan(d: ArrayLike<number>, b: ArrayLike<number>, steps: number, channels: number): number[] {
  const out = Array.from({ length: channels }, (_, c) => b[c]!);
  for (let i = channels; i < steps * channels; i++) out.push(Math.exp(-d[i]!) * out[i - channels]! + b[i]!);
  return out;
}

/**
 * y[i,j,o] = sum over k, l, c of x[i+k-1, j+l-1, c] w[k,l,c,o], zeros outside; and for L = sum y dy the gradients dL/dx and dL/dw. NHWC
 * with a batch of 1, HWIO.
 */
export function convolution(
  x: ArrayLike<number>,
  w: ArrayLike<number>,
  dy: ArrayLike<number>,
  { height, width, inputs, outputs }: Readonly<Record<'height' | 'width' | 'inputs' | 'outputs', number>>,
): { readonly y: number[]; readonly dx: number[]; readonly dw: number[] } {
  const y = new Array<number>(height * width * outputs).fill(0);
  const dx = new Array<number>(x.length).fill(0);
  const dw = new Array<number>(w.length).fill(0);
  for (let i = 0; i < height; i++)
    for (let j = 0; j < width; j++)
      for (let k = 0; k < 3; k++)
        for (let l = 0; l < 3; l++) {
          const [row, column] = [i + k - 1, j + l - 1];
          if (row < 0 || row >= height || column < 0 || column >= width) continue;
          for (let c = 0; c < inputs; c++)
            for (let o = 0; o < outputs; o++) {
              const [at, from, tap] = [
                (i * width + j) * outputs + o,
                (row * width + column) * inputs + c,
                ((k * 3 + l) * inputs + c) * outputs + o,
              ];
              y[at]! += x[from]! * w[tap]!;
              dx[from]! += dy[at]! * w[tap]!;
              dw[tap]! += dy[at]! * x[from]!;
            }
        }
  return { y, dx, dw };
}
