import { linearReference, linearReferenceGradient } from '../linear.reference.js';
import type { BranchKind } from './pointwise-gelu-residual.operator.js';

/** In float64, row-major: x [B][L][C], weight [C][K], bias [C]; branches by their kinds, see {@link joinReference}. */
export interface PointwiseGeluResidualReferenceInputs {
  readonly x: Float64Array;
  readonly weight: Float64Array;
  readonly bias: Float64Array;
  readonly branches: readonly Float64Array[];
}

export interface PointwiseGeluResidualSize {
  readonly batch: number;
  readonly pixels: number;
  readonly channels: number;
  /** Kind of each branch, and its channels (those of x for a factor). */
  readonly kinds: readonly BranchKind[];
  readonly widths: readonly number[];
}

/** erf by its series (|x| < 3) or continued fraction, in float64. */
function erf(x: number): number {
  const a = Math.abs(x);
  if (a < 3) {
    let term = a;
    let sum = a;
    for (let n = 1; n < 200 && Math.abs(term) > 1e-18 * Math.abs(sum); n++) {
      term *= (-a * a) / n;
      sum += term / (2 * n + 1);
    }
    return (Math.sign(x) * 2 * sum) / Math.sqrt(Math.PI);
  }
  let fraction = 0;
  for (let k = 60; k >= 1; k--) fraction = k / 2 / (a + fraction);
  return Math.sign(x) * (1 - Math.exp(-a * a) / (Math.sqrt(Math.PI) * (a + fraction)));
}

/** GELU and its derivative: x Phi(x), Phi(x) + x phi(x). */
export function geluReference(x: number): [value: number, slope: number] {
  const distribution = 0.5 * (1 + erf(x / Math.SQRT2));
  return [x * distribution, distribution + (x * Math.exp(-0.5 * x * x)) / Math.sqrt(2 * Math.PI)];
}

/** Visits each element of the joined rows [B L][K]: its place, its branch, the index there, and that of x (or -1). */
function eachJoined(
  { batch, pixels, channels, kinds, widths }: PointwiseGeluResidualSize,
  visit: (joined: number, branch: number, index: number, x: number) => void,
): void {
  const K = widths.reduce((sum, width) => sum + width, 0);
  for (let t = 0; t < batch * pixels; t++) {
    let column = t * K;
    kinds.forEach((kind, k) => {
      for (let c = 0; c < widths[k]!; c++, column++) {
        if (kind === 'map') visit(column, k, t * widths[k]! + c, -1);
        else if (kind === 'perPixel') visit(column, k, t, t * channels + c);
        else visit(column, k, Math.floor(t / pixels) * channels + c, t * channels + c);
      }
    });
  }
}

/** The concatenation: a map as it is, a factor times x. */
function joinReference(
  { x, branches }: PointwiseGeluResidualReferenceInputs,
  size: PointwiseGeluResidualSize,
): Float64Array {
  const K = size.widths.reduce((sum, width) => sum + width, 0);
  const joined = new Float64Array(size.batch * size.pixels * K);
  eachJoined(size, (i, k, at, own) => (joined[i] = branches[k]![at]! * (own < 0 ? 1 : x[own]!)));
  return joined;
}

/** The definition: x + GELU(bias + weight joined). */
export function pointwiseGeluResidualReference(
  inputs: PointwiseGeluResidualReferenceInputs,
  size: PointwiseGeluResidualSize,
): Float64Array {
  const { x, weight, bias } = inputs;
  const v = linearReference(joinReference(inputs, size), weight, weight.length / size.channels);
  return v.map((value, i) => x[i]! + geluReference(value + bias[i % bias.length]!)[0]);
}

export function pointwiseGeluResidualReferenceGradient(
  inputs: PointwiseGeluResidualReferenceInputs,
  size: PointwiseGeluResidualSize,
  dout: Float64Array,
): PointwiseGeluResidualReferenceInputs {
  const { x, weight, bias, branches } = inputs;
  const K = weight.length / size.channels;
  const joined = joinReference(inputs, size);
  const dv = linearReference(joined, weight, K).map(
    (value, i) => dout[i]! * geluReference(value + bias[i % bias.length]!)[1],
  );
  const linear = linearReferenceGradient(joined, weight, K, dv);
  const dBias = new Float64Array(bias.length);
  dv.forEach((d, i) => (dBias[i % bias.length]! += d));
  const dx = Float64Array.from(dout);
  const dBranches = branches.map((branch) => new Float64Array(branch.length));
  eachJoined(size, (i, k, at, own) => {
    dBranches[k]![at]! += linear.x[i]! * (own < 0 ? 1 : x[own]!);
    if (own >= 0) dx[own]! += linear.x[i]! * branches[k]![at]!;
  });
  return { x: dx, weight: linear.weight, bias: dBias, branches: dBranches };
}
