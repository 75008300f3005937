import { layerNormReference, layerNormReferenceGradient } from '../layer-norm/layer-norm.reference.js';
import { linearReference, linearReferenceGradient } from '../linear.reference.js';

/** In float64, row-major: x [L][C], gamma and beta [C] or absent, weight [2D][C]. */
export interface NormLinearSplitReferenceInputs {
  readonly x: Float64Array;
  readonly weight: Float64Array;
  readonly gamma?: Float64Array;
  readonly beta?: Float64Array;
}

/** Channels C and inner channels D. */
export interface NormLinearSplitSize {
  readonly channels: number;
  readonly inner: number;
  readonly epsilon: number;
}

const normalised = ({ x, gamma, beta }: NormLinearSplitReferenceInputs, epsilon: number): Float64Array =>
  gamma === undefined || beta === undefined ? x : layerNormReference(x, gamma, beta, epsilon);

/** The definition: [u, z] = split(weight LayerNorm(x)), each [L][D]. */
export function normLinearSplitReference(
  inputs: NormLinearSplitReferenceInputs,
  { channels, inner, epsilon }: NormLinearSplitSize,
): [Float64Array, Float64Array] {
  const both = linearReference(normalised(inputs, epsilon), inputs.weight, channels);
  const half = (k: 0 | 1) => both.filter((_, i) => Math.floor((i % (2 * inner)) / inner) === k);
  return [half(0), half(1)];
}

export function normLinearSplitReferenceGradient(
  inputs: NormLinearSplitReferenceInputs,
  { channels, inner, epsilon }: NormLinearSplitSize,
  [du, dz]: readonly [Float64Array, Float64Array],
): Required<NormLinearSplitReferenceInputs> {
  const dBoth = Float64Array.from({ length: 2 * du.length }, (_, i) => {
    const [t, n] = [Math.floor(i / (2 * inner)), i % (2 * inner)];
    return n < inner ? du[t * inner + n]! : dz[t * inner + n - inner]!;
  });
  const linear = linearReferenceGradient(normalised(inputs, epsilon), inputs.weight, channels, dBoth);
  const { gamma } = inputs;
  if (gamma === undefined) return { ...linear, gamma: new Float64Array(0), beta: new Float64Array(0) };
  const norm = layerNormReferenceGradient(inputs.x, gamma, epsilon, linear.x);
  return { ...norm, weight: linear.weight };
}
