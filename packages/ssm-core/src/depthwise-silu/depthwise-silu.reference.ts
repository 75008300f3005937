import { siluReference } from '../linear.reference.js';

/** In float64, row-major: x [B][H][W][D], weight [D][3][3], bias [D]. */
export interface DepthwiseSiluReferenceInputs {
  readonly x: Float64Array;
  readonly weight: Float64Array;
  readonly bias: Float64Array;
}

/** Calls `visit` for each pair of an output and an input that meet at a tap. */
function eachTap(
  [batch, height, width, channels]: readonly number[],
  visit: (output: number, input: number, tap: number) => void,
): void {
  for (let i = 0; i < batch! * height! * width! * channels!; i++) {
    const d = i % channels!;
    const column = Math.floor(i / channels!) % width!;
    const row = Math.floor(i / (channels! * width!)) % height!;
    for (let p = -1; p <= 1; p++) {
      for (let q = -1; q <= 1; q++) {
        if (row + p < 0 || row + p >= height! || column + q < 0 || column + q >= width!) continue;
        visit(i, i + (p * width! + q) * channels!, d * 9 + (p + 1) * 3 + q + 1);
      }
    }
  }
}

function convolution(
  { x, weight, bias }: DepthwiseSiluReferenceInputs,
  shape: readonly number[],
): Float64Array {
  const v = x.map((_, i) => bias[i % bias.length]!);
  eachTap(shape, (output, input, tap) => (v[output]! += weight[tap]! * x[input]!));
  return v;
}

/** The definition: y = v sigmoid(v), v = bias + conv3x3(x) with zero padding. */
export function depthwiseSiluReference(
  inputs: DepthwiseSiluReferenceInputs,
  shape: readonly number[],
): Float64Array {
  return convolution(inputs, shape).map((v) => siluReference(v)[0]);
}

export function depthwiseSiluReferenceGradient(
  inputs: DepthwiseSiluReferenceInputs,
  shape: readonly number[],
  dy: Float64Array,
): DepthwiseSiluReferenceInputs {
  const { x, weight, bias } = inputs;
  const dv = convolution(inputs, shape).map((v, i) => dy[i]! * siluReference(v)[1]);
  const out = {
    x: new Float64Array(x.length),
    weight: new Float64Array(weight.length),
    bias: new Float64Array(bias.length),
  };
  dv.forEach((d, i) => (out.bias[i % bias.length]! += d));
  eachTap(shape, (output, input, tap) => {
    out.x[input]! += dv[output]! * weight[tap]!;
    out.weight[tap]! += dv[output]! * x[input]!;
  });
  return out;
}
