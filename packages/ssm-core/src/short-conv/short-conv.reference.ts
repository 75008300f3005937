import { siluReference } from '../linear.reference.js';

/** In float64, row-major: both [T][2D], weight [D][K], bias [D]. */
export interface ShortConvReferenceInputs {
  readonly both: Float64Array;
  readonly weight: Float64Array;
  readonly bias: Float64Array;
}

/** L tokens a sequence. */
export interface ShortConvSize {
  readonly length: number;
}

/** Calls `visit` for each pair of an output (t, d) and an input that meet at a tap. */
function eachTap(
  { both, weight, bias }: ShortConvReferenceInputs,
  { length }: ShortConvSize,
  visit: (output: number, input: number, tap: number) => void,
): void {
  const D = bias.length;
  const K = weight.length / D;
  for (let token = 0; token < both.length / (2 * D); token++) {
    for (let j = 0; j < K; j++) {
      const back = K - 1 - j;
      if (back > token % length) continue; // before the sequence's first token
      for (let d = 0; d < D; d++) visit(token * D + d, (token - back) * 2 * D + d, d * K + j);
    }
  }
}

function convolution(inputs: ShortConvReferenceInputs, size: ShortConvSize): Float64Array {
  const { both, weight, bias } = inputs;
  const v = Float64Array.from({ length: both.length / 2 }, (_, i) => bias[i % bias.length]!);
  eachTap(inputs, size, (output, input, tap) => (v[output]! += weight[tap]! * both[input]!));
  return v;
}

/** The definition: u = v sigmoid(v), v_t = bias + sum_j weight_j x_{t-K+1+j}, x the first half of `both`, 0 before a sequence. */
export function shortConvReference(inputs: ShortConvReferenceInputs, size: ShortConvSize): Float64Array {
  return convolution(inputs, size).map((v) => siluReference(v)[0]);
}

/** dv = du SiLU'(v); dx_{t-K+1+j} += weight_j dv_t; dweight_j = sum_t dv_t x_{t-K+1+j}; dbias = sum_t dv_t. */
export function shortConvReferenceGradient(
  inputs: ShortConvReferenceInputs,
  size: ShortConvSize,
  du: Float64Array,
): ShortConvReferenceInputs {
  const { both, weight, bias } = inputs;
  const dv = convolution(inputs, size).map((v, i) => du[i]! * siluReference(v)[1]);
  const out = {
    both: new Float64Array(both.length),
    weight: new Float64Array(weight.length),
    bias: new Float64Array(bias.length),
  };
  dv.forEach((d, i) => (out.bias[i % bias.length]! += d));
  eachTap(inputs, size, (output, input, tap) => {
    out.both[input]! += dv[output]! * weight[tap]!;
    out.weight[tap]! += dv[output]! * both[input]!;
  });
  return out;
}
